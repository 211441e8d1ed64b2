/** `npm run test:crash [-- NAME [arguments]]`: runs test/crash/NAME.ts, or every one of them. Each ends with `N kills, M lost`. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../test/crash');
const [wanted, ...args] = process.argv.slice(2);
const names = (await readdir(folder)).filter((file) => file.endsWith('.ts') && (!wanted || file === `${wanted}.ts`));
if (names.length === 0) throw new Error(`There is no test/crash/${wanted}.ts.`);
for (const name of names.sort()) {
  const { main } = (await import(join(folder, name))) as { main?: (args: string[]) => Promise<void> };
  // Beside the suites lie the processes that they kill.
  await main?.(args);
}
