/** fast-check with the run's seed. A failure prints its seed and path: `npm test -- --seed N <file>` repeats it. */

import fc from 'fast-check';
import { seed } from './seed.ts';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export default fc;
