/** Files and functions stay small enough to be read in one go, and the folders of `shared/` few enough to name the flows. */

import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-5';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const maxFileLines = 250;
const maxFunctionLines = 60;

/** Tables that only list cases: a reader looks one up and does not read them through. Their functions are measured all the same. */
const tables = ['test/terraform/mistakes-list.ts'];

const files = globSync('{functions,shared,local,scripts,test}/**/*.ts', { cwd: root }).sort();
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** The body of a suite is a list of tests and no function that is read as one. */
function isSuite(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText());
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return ts.isCallExpression(parent) ? `${parent.expression.getText()}(…)` : 'a function without a name';
}

function longFunctions(file: string): string[] {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body && !isSuite(node)) {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
      if (lines > maxFunctionLines) found.push(`${file}: ${nameOf(node)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('size', () => {
  it(`no file has more than ${maxFileLines} lines`, () => {
    const long = files.filter((file) => textOf(file).trimEnd().split('\n').length > maxFileLines);
    expect(long.filter((file) => !tables.includes(file))).toEqual([]);
  });

  it(`no function has more than ${maxFunctionLines} lines`, () => {
    expect(files.flatMap(longFunctions)).toEqual([]);
  });

  it('shared/ has at most 16 entries', () => {
    expect(readdirSync(join(root, 'shared')).length).toBeLessThanOrEqual(16);
  });
});
