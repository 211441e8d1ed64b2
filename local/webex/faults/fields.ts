/** Changes fields of JSON by their paths, so that a fault can spoil one field of a real answer. */

type Container = Record<string, unknown>;

/**
 * Returns a copy of `json` with `value` at `path`, or without the field where `value` is `undefined`. Segments are joined
 * by dots; `*` stands for every element of a list. A path that leads nowhere changes nothing.
 */
export function withField(json: unknown, path: string, value: unknown): unknown {
  const copy = structuredClone(json);
  change(copy, path.split('.'), value);
  return copy;
}

function change(container: unknown, [segment = '', ...rest]: string[], value: unknown): void {
  if (typeof container !== 'object' || container === null) return;
  const fields = container as Container;
  for (const name of segment === '*' ? Object.keys(fields) : [segment]) {
    if (rest.length > 0) change(fields[name], rest, value);
    else if (value === undefined) delete fields[name];
    else fields[name] = value;
  }
}
