/** Chance that is the same on every run: hashes and drawn numbers, so that a directory of any size needs no storage. */

/** A 32-bit hash of a text; `basis` gives independent hashes of the same text. */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash, text.length);
}

/** Two 32-bit numbers made one whose every bit depends on every bit of both. */
export function mix(seed: number, value: number): number {
  let hash = Math.imul(seed ^ (value + 0x9e3779b9), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ value, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Draws numbers in [0, 1), always the same ones for a seed. */
export function draws(seed: number): () => number {
  let count = 0;
  return () => mix(seed, ++count) / 0x1_0000_0000;
}

/** The element of a non-empty list that a number in [0, 1) falls on. */
export function pick<T>(list: readonly T[], draw: number): T {
  return list[Math.floor(draw * list.length)]!;
}
