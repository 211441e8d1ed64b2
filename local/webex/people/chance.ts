/** Numbers that look random and are the same on every run, so that an organization of any size needs no storage. */

/** A 32-bit hash of a text. Another `basis` gives an independent hash. */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash, text.length);
}

/** Combines two 32-bit numbers into one whose every bit depends on every bit of both. */
export function mix(seed: number, value: number): number {
  let hash = Math.imul(seed ^ (value + 0x9e3779b9), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ value, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Returns a function that draws numbers in [0, 1), always the same ones for a seed. */
export function draws(seed: number): () => number {
  let count = 0;
  return () => mix(seed, ++count) / 0x1_0000_0000;
}

/** The element of a non-empty list at a position in [0, 1). */
export function pick<T>(list: readonly T[], draw: number): T {
  return list[Math.floor(draw * list.length)]!;
}
