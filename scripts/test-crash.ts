/** `npm run test:crash [-- NAME [arguments]]`: runs `test/crash/NAME.ts`, or all crash tests. Each prints `N kills, M lost`. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../test/crash');
const [wanted = '', ...args] = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .sort();
if (wanted === '--help') {
  console.log(`Usage: npm run test:crash -- [NAME [arguments]]\n\nCrash tests: ${names.join(', ')}`);
  process.exit(0);
}
if (wanted !== '' && !names.includes(wanted)) {
  console.error(`There is no crash test named '${wanted}'. Choose one of: ${names.join(', ')}`);
  process.exit(2);
}
for (const name of wanted ? [wanted] : names) {
  const { main } = (await import(join(folder, `${name}.ts`))) as { main(args: string[]): Promise<void> };
  await main(args);
}
