/** A zip file that depends on nothing but its content: the same files give the same bytes on every machine. */

import { type Zippable, zipSync } from 'fflate';

/** UNIX, and a plain file that all users may read. */
const [os, attrs] = [3, 0o100644 << 16];

export function zip(files: Map<string, Uint8Array>): Uint8Array {
  // The zip format knows no time zone: fflate writes what this says in the local one, so it is made of local numbers.
  const mtime = new Date(1980, 0, 1);
  const entries: Zippable = {};
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    entries[path] = [content, { mtime, os, attrs, level: 9 }];
  return zipSync(entries);
}
