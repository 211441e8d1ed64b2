/** Before each test file: everything drawn by chance, ids included, comes from the run's seed and the file's path. */

import { relative } from 'node:path';
import { expect } from 'vitest';
import { draws, hashText } from '../../local/webex/people/chance.ts';
import { seed } from './seed.ts';
import { drawIdsFrom } from './seeded-ids.ts';

const file = relative(process.cwd(), expect.getState().testPath ?? '');
const draw = draws(hashText(file, seed));

Math.random = draw;
drawIdsFrom(draw);
