/** `npm run bench -- NAME [options]`: runs `test/bench/NAME.ts`; the last line of each is one JSON object. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../test/bench');
const [name = '', ...args] = process.argv.slice(2);
const file = join(folder, `${name}.ts`);
if (!/^[\w-]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(folder).filter((each) => /^[\w-]+\.ts$/.test(each));
  console.error(`npm run bench -- NAME, one of: ${names.map((each) => each.slice(0, -3)).join(', ')}`);
  process.exit(1);
}
const { main } = (await import(file)) as { main(args: string[]): Promise<void> };
await main(args);
