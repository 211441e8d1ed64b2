/**
 * `node test/terraform/mistakes.ts [word]`: makes one mistake at a time in a copy of terraform/ and expects the check to
 * fail, in the very test that guards against it; and every test must fail for some mistake. Prints `N caught, M missed`. It
 * runs the script named by TERRAFORM_CHECK, else the one beside the repository, else plain terraform.
 */

import { execFile } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drift } from './drift.ts';
import { alertsMistakes } from './mistakes/alerts.ts';
import { configurationMistakes } from './mistakes/configuration.ts';
import { dataMistakes } from './mistakes/data.ts';
import { messagesMistakes } from './mistakes/messages.ts';
import type { Mistake } from './mistakes/mistake.ts';
import { networkMistakes } from './mistakes/network.ts';
import { privilegesMistakes } from './mistakes/privileges.ts';
import { runtimeMistakes } from './mistakes/runtime.ts';
import { surfaceMistakes } from './mistakes/surface.ts';
import { tokenPageMistakes } from './mistakes/token-page.ts';

const mistakes = [
  ...runtimeMistakes,
  ...surfaceMistakes,
  ...tokenPageMistakes,
  ...privilegesMistakes,
  ...configurationMistakes,
  ...messagesMistakes,
  ...dataMistakes,
  ...networkMistakes,
  ...alertsMistakes,
];
const repository = join(import.meta.dirname, '../..');
const beside = join(repository, '../shared/terraform-check/check.sh');
const script = process.env.TERRAFORM_CHECK ?? (existsSync(beside) ? beside : undefined);
/** The check holds the whole configuration in memory, and starts a dozen processes. */
const atATime = 2;

interface Result {
  /** `drift`, `validate`, or the runs that failed: `public_surface/invokers`. */
  red: string[];
  output: string;
}

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-mistake-'));
  for (const part of ['terraform', 'firestore.indexes.json', 'docs/operations.md', 'docs/storage.md']) {
    cpSync(join(repository, part), join(folder, part), { recursive: true });
  }
  return folder;
}

/** Leaves only the test file that must fail: the others would only take time. */
function keepTest(folder: string, red: string): void {
  for (const path of globSync('terraform/tests/*.tftest.hcl', { cwd: folder })) {
    if (!path.endsWith(`/${red.split('/')[0]}.tftest.hcl`)) rmSync(join(folder, path));
  }
}

/** Changes exactly one place: a mistake that no longer fits the text is itself a failure. */
function apply(folder: string, { file, find, put }: Mistake): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`${places} places in ${file} fit: ${find}`);
  writeFileSync(
    path,
    text.replace(find, () => put),
  );
}

function run(command: string, parameters: string[], folder: string): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, parameters, { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const status = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ status, output: `${stdout}${stderr}` });
    });
  });
}

/** Differences that exist without a mistake are reported by terraform.test.ts. */
const apartAlready = new Set(drift());

function checkDrift(folder: string): Result {
  const apart = drift(folder).filter((sentence) => !apartAlready.has(sentence));
  return { red: apart.length > 0 ? ['drift'] : [], output: apart.join('\n') };
}

async function checkTerraform(folder: string): Promise<Result> {
  const commands = script
    ? [['bash', script, 'terraform']]
    : [
        ['terraform', '-chdir=terraform', 'init', '-backend=false', '-input=false', '-no-color'],
        ['terraform', '-chdir=terraform', 'validate', '-no-color'],
        ['terraform', '-chdir=terraform', 'test', '-no-color'],
      ];
  let output = '';
  let status = 0;
  for (const [command, ...parameters] of commands) {
    const ended = await run(command!, parameters, folder);
    output += ended.output;
    status = ended.status;
    if (status !== 0) break;
  }
  const red = failedRuns(output);
  if (status !== 0 && red.length === 0) red.push('validate');
  return { red, output };
}

function failedRuns(output: string): string[] {
  let file = '';
  const failed: string[] = [];
  for (const line of output.split('\n')) {
    file = /^tests\/(\w+)\.tftest\.hcl\.\.\. in progress/.exec(line)?.[1] ?? file;
    const name = /^ {2}run "(\w+)"\.\.\. fail/.exec(line)?.[1];
    if (name) failed.push(`${file}/${name}`);
  }
  return failed;
}

async function judge(mistake?: Mistake): Promise<Result> {
  const folder = copy();
  try {
    if (mistake) {
      apply(folder, mistake);
      keepTest(folder, mistake.red);
    }
    return mistake?.red === 'drift' ? checkDrift(folder) : await checkTerraform(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tests of terraform/, each of which must fail for some mistake. */
function allRuns(): string[] {
  return globSync('terraform/tests/*.tftest.hcl', { cwd: repository }).flatMap((path) => {
    const file = /(\w+)\.tftest\.hcl$/.exec(path)![1];
    const text = readFileSync(join(repository, path), 'utf8');
    return [...text.matchAll(/^run "(\w+)"/gm)].map(([, name]) => `${file}/${name}`);
  });
}

const word = process.argv[2];
const chosen = mistakes.filter(({ name }) => !word || name.includes(word));
const untouched = await judge();
if (untouched.red.length > 0) {
  console.error(`Without a mistake the check is red already: ${untouched.red.join(', ')}\n${untouched.output}`);
  process.exit(2);
}

let missed = 0;
const seenRed = new Set<string>();
const waiting = chosen.entries();
async function work(): Promise<void> {
  for (const [, mistake] of waiting) {
    const { red, output } = await judge(mistake).catch((error) => ({ red: [] as string[], output: String(error) }));
    for (const each of red) seenRed.add(each);
    const caught = red.includes(mistake.red);
    if (!caught) missed += 1;
    console.log(
      `${caught ? 'caught' : 'MISSED'}  ${mistake.name.padEnd(64)}  ${caught ? mistake.red : `${mistake.red} expected, red: ${red.join(', ') || output}`}`,
    );
  }
}
await Promise.all(Array.from({ length: atATime }, work));

const neverRed = word ? [] : allRuns().filter((each) => !seenRed.has(each));
for (const each of neverRed) console.log(`MISSED  no mistake turns ${each} red`);
missed += neverRed.length;
console.log(`${chosen.length + neverRed.length - missed} caught, ${missed} missed`);
process.exitCode = missed > 0 ? 1 : 0;
