/** Reads as much of HCL as comparing the deployment with the code needs: blocks, the keys of an object, comments. */

/** Without comments, so that a word in one proves nothing. */
export function withoutComments(text: string): string {
  return text.replace(/^((?:[^"#\n]|"(?:[^"\\\n]|\\.)*")*)#.*$/gm, '$1');
}

/** The text between the braces that follow `head`; throws when there is no such head, so that a renamed block is noticed. */
export function block(text: string, head: string): string {
  const at = text.indexOf(head);
  if (at < 0) throw new Error(`There is no ${JSON.stringify(head)} in terraform/.`);
  const from = text.indexOf('{', at);
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return text.slice(from + 1, index);
  }
  throw new Error(`${JSON.stringify(head)} in terraform/ does not end.`);
}

/** The keys of an object's own level. */
export function keys(body: string): string[] {
  const found: string[] = [];
  let depth = 0;
  for (const line of body.split('\n')) {
    const key = /^\s*"?([\w-]+)"?\s*=(?!=)/.exec(line)?.[1];
    if (key && depth === 0) found.push(key);
    depth += (line.match(/[{[(]/g)?.length ?? 0) - (line.match(/[}\])]/g)?.length ?? 0);
  }
  return found;
}

/** The quoted words in a text, in order. */
export function strings(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"/g)].map(([, word]) => word!);
}

/** Every block of a kind by its last label: `blocks(text, 'variable')` → name and body. */
export function blocks(text: string, kind: string): { name: string; body: string }[] {
  return [...text.matchAll(new RegExp(`^${kind} ((?:"[\\w-]+" ?)+)\\{`, 'gm'))].map(([head, labels]) => ({
    name: strings(labels!).at(-1)!,
    body: block(text, head),
  }));
}
