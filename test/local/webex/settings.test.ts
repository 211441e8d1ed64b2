import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../local/webex/settings.ts';

const root = join(import.meta.dirname, '../../..');
const { scim, ...settings } = defaultSettings();
const names = [...Object.keys(settings), ...Object.keys(scim).map((name) => `scim.${name}`)];
/** Settings that are conditions of a test, not facts about Webex. */
const conditions = ['lifetimes', 'latencyMs', 'requiredScopes'];

describe.each(['docs/webex.md', 'local/webex/README.md'])('%s', (file) => {
  it('names every setting about an uncertain fact', () => {
    const text = readFileSync(join(root, file), 'utf8');
    const missing = names.filter((name) => !conditions.includes(name) && !text.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});

it('every row of docs/webex.md has a certainty, and code or a reason why not', () => {
  const rows = readFileSync(join(root, 'docs/webex.md'), 'utf8').match(/^\| (?!fact|-).*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) {
    const [, , certainty = '', code = ''] = row.split(' | ').map((cell) => cell.replace(/^\| /, ''));
    expect(row).toMatch(/\b(documented|seen|unknown)\b/);
    expect(`${certainty}${code}`, row).not.toBe('');
  }
});
