/**
 * A process of its own that publishes to a local queue and delivers from it: `FILE ENDPOINT`. It reports when that is done.
 */

import { localQueue } from '../../shared/adapters/local/sqlite-queue.ts';

const [, , file, endpoint] = process.argv;
const queue = localQueue({ file: String(file), endpoints: { work: String(endpoint) } });
for (let n = 0; n < 5; n++) await queue.publish('work', { data: { n } });
console.log('published');
