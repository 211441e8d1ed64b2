/** Before each test file: everything drawn by chance, ids included, comes from the run's seed and the file's path. */

import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';
import { expect } from 'vitest';
import { draws, hashText } from '../../local/webex/people/chance.ts';
import { seed } from './seed.ts';

const file = relative(process.cwd(), expect.getState().testPath ?? '');
const draw = draws(hashText(file, seed));

function seededBytes(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => Math.floor(draw() * 256)));
}

/** A UUID of version 4 (RFC 9562). */
function seededUuid(): ReturnType<typeof crypto.randomUUID> {
  const bytes = seededBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString('hex'))!.slice(1);
  return parts.join('-') as ReturnType<typeof crypto.randomUUID>;
}

Math.random = draw;
Object.assign(globalThis.crypto, { randomUUID: seededUuid });
Object.assign(crypto, { randomUUID: seededUuid, randomBytes: seededBytes });
syncBuiltinESMExports();
