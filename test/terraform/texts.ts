/** The texts of the deployment and of the code that drift.ts compares. */

import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutComments } from './hcl.ts';

export const repository = join(import.meta.dirname, '../..');

/** The texts that are compared. */
export interface Texts {
  terraform: string;
  example: string;
  runbook: string;
  storage: string;
  indexes: string;
  /** What is deployed of this repository. */
  code: string;
}

/** @param root holds `terraform/` and `docs/`; the code is always this repository's */
export function texts(root = repository): Texts {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const files = readdirSync(join(root, 'terraform')).filter((name) => name.endsWith('.tf'));
  return {
    terraform: withoutComments(files.map((name) => read(`terraform/${name}`)).join('\n')),
    example: withoutComments(read('terraform/example.tfvars')),
    runbook: read('docs/operations.md'),
    storage: read('docs/storage.md'),
    indexes: read('firestore.indexes.json'),
    code: source('{shared,functions/*}/**/*.ts'),
  };
}

export function source(pattern: string): string {
  const files = globSync(pattern, { cwd: repository });
  return files.map((file) => readFileSync(join(repository, file), 'utf8')).join('\n');
}
