/** Bounds a map: entries that customers or strangers can cause must not fill the memory. Pure. */

/** Sets an entry as the newest, then removes the oldest ones above `maxEntries`. */
export function setBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, maxEntries: number): void {
  map.delete(key);
  map.set(key, value);
  while (map.size > maxEntries) map.delete(map.keys().next().value as Key);
}
