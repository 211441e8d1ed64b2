/** The limits of every store engine, so that the embedded one is never more lenient than Firestore. Pure. */

import { isDocumentId } from '../domain/document-id.ts';
import { truncate } from '../domain/truncate.ts';
import type { Write } from '../ports.ts';

/** @see https://cloud.google.com/firestore/quotas#limits */
const maxWrites = 500;
const maxDocumentBytes = 1_048_576;
const maxDepth = 20;
/** Firestore accepts 10 MiB, but its emulator hangs from 4 MiB on. */
const maxCommitBytes = 3_500_000;
const reserved = /^__.*__$/s;

/** Splits `collection/id`. @throws Error (a programmer's mistake) for a path that Firestore does not accept */
export function splitPath(path: string): { collection: string; id: string } {
  const segments = path.split('/');
  if (segments.length % 2 !== 0 || !segments.every(isDocumentId)) {
    throw new Error(`Not a document path: ${JSON.stringify(truncate(path, 200))}.`);
  }
  const slash = path.lastIndexOf('/');
  return { collection: path.slice(0, slash), id: path.slice(slash + 1) };
}

/** Checks a field name, or a path of them with dots, because it becomes part of a statement's text. @throws Error */
export function checkField(field: string): string {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(field))
    throw new Error(`Not a field that can be queried: ${truncate(field, 200)}.`);
  return field;
}

/**
 * The documents of a commit as JSON text, in the order of the writes; `''` for a deletion. Fields that are `undefined` are
 * left out, and a `Secret` becomes `[redacted]`.
 * @throws Error for a commit that Firestore does not accept
 */
export function documentTexts(writes: Write[]): string[] {
  if (writes.length > maxWrites) throw new Error(`A commit may have ${maxWrites} writes, not ${writes.length}.`);
  let total = 0;
  const paths = new Set<string>();
  const texts = writes.map((write) => {
    const path = 'set' in write ? write.set : write.delete;
    if (paths.has(path)) throw new Error(`A commit may write ${path} only once.`);
    paths.add(path);
    if ('delete' in write) return '';
    const text = JSON.stringify(write.data);
    const bytes = Buffer.byteLength(text);
    if (bytes > maxDocumentBytes) throw new Error(`${path} has ${bytes} bytes, more than ${maxDocumentBytes}.`);
    total += bytes;
    return text;
  });
  if (total > maxCommitBytes) throw new Error(`A commit may have ${maxCommitBytes} bytes, not ${total}.`);
  return texts;
}

/** Checks a value that was parsed from JSON. @throws Error for a reserved key, an array within an array, and too many levels */
export function checkValue(value: unknown, depth = 0, inArray = false): void {
  if (typeof value !== 'object' || value === null) {
    // Half a surrogate pair has no UTF-8 form, so it would be read as another string.
    if (typeof value === 'string' && !value.isWellFormed()) throw new Error('A string is not well-formed Unicode.');
    return;
  }
  if (depth > maxDepth) throw new Error(`A document may be ${maxDepth} levels deep.`);
  if (Array.isArray(value)) {
    if (inArray) throw new Error('An array directly in an array cannot be stored.');
    for (const item of value) checkValue(item, depth + 1, true);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key === '' || reserved.test(key)) throw new Error(`A field cannot be named ${JSON.stringify(key)}.`);
    checkValue(item, depth + 1);
  }
}
