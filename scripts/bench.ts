/** `npm run bench -- NAME [options]`: runs `test/bench/NAME.ts`. The last line of its output is one JSON object. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../test/bench');
const [name = '', ...args] = process.argv.slice(2);
const benches = readdirSync(folder)
  .filter((file) => /^[\w-]+\.ts$/.test(file))
  .map((file) => file.slice(0, -3));
if (name === '--help') {
  console.log(
    `Usage: npm run bench -- NAME [options]\n\nBenches: ${benches.join(', ')}\nOptions: npm run bench -- NAME --help`,
  );
  process.exit(0);
}
if (!existsSync(join(folder, `${name}.ts`)) || !/^[\w-]+$/.test(name)) {
  console.error(`There is no bench named '${name}'. Choose one of: ${benches.join(', ')}`);
  process.exit(2);
}
const { main } = (await import(join(folder, `${name}.ts`))) as { main(args: string[]): Promise<void> };
await main(args);
