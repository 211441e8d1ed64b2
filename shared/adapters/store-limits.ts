/** What every store engine refuses, so that the embedded one is never more lenient than Firestore: checks, no I/O. */

import { isDocumentId } from '../domain/document-id.ts';
import type { Write } from '../ports.ts';

/** @see https://cloud.google.com/firestore/quotas#limits */
const maxWrites = 500;
const maxDocumentBytes = 1_048_576;
const maxDepth = 20;
/** Firestore takes 10 MiB, its emulator hangs from 4 MiB on. */
const maxCommitBytes = 3_500_000;
const reserved = /^__.*__$/s;

/** `collection/id`, split. Throws `Error` (a programmer's mistake) for what is no document path in Firestore. */
export function splitPath(path: string): { collection: string; id: string } {
  const segments = path.split('/');
  if (segments.length % 2 !== 0 || !segments.every(isDocumentId)) {
    throw new Error(`Not a document path: ${JSON.stringify(path.slice(0, 200))}.`);
  }
  const slash = path.lastIndexOf('/');
  return { collection: path.slice(0, slash), id: path.slice(slash + 1) };
}

/** A field name or a dotted path of them, as queries may name it: it becomes part of a statement's text. */
export function checkField(field: string): string {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(field)) throw new Error(`Not a field that can be queried: ${field}.`);
  return field;
}

/**
 * The documents of a commit as JSON text, in the order of the writes; `''` for a deletion. `undefined` fields are gone,
 * a `Secret` is `[redacted]`. Throws `Error` for what Firestore would not take.
 */
export function documentTexts(writes: Write[]): string[] {
  if (writes.length > maxWrites) throw new Error(`A commit takes ${maxWrites} writes, not ${writes.length}.`);
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
  if (total > maxCommitBytes) throw new Error(`A commit takes ${maxCommitBytes} bytes, not ${total}.`);
  return texts;
}

/** Throws `Error` where a value parsed from JSON holds what Firestore cannot: a reserved key, an array in an array, too deep. */
export function checkValue(value: unknown, depth = 0, inArray = false): void {
  if (typeof value !== 'object' || value === null) {
    // A lone surrogate has no UTF-8 form: it would come back as another string.
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
