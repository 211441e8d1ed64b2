/** The seed of a test run: 1 unless `SEED` says otherwise, so that a run repeats the run before it. */

export const seed = Number(process.env.SEED ?? 1);

if (!Number.isSafeInteger(seed)) throw new Error(`SEED must be a whole number, not ${process.env.SEED}.`);
