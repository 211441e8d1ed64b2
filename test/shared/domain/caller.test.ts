import { describe, expect, it } from 'vitest';
import { actor, actorOf, type Caller, mayAt, type Role, visibleNodes } from '../../../shared/domain/caller.ts';

const caller = (...grants: [string, Role][]): Caller => ({
  id: 'portal@example.com',
  grants: grants.map(([hierarchy, role]) => ({ hierarchy, role })),
});

describe('a role', () => {
  it.each<[Role, Role[]]>([
    ['reader', ['reader']],
    ['operator', ['reader', 'operator']],
    ['administrator', ['reader', 'operator', 'administrator']],
    ['token_reader', ['token_reader']],
  ])('%s includes %j', (role, included) => {
    for (const each of ['reader', 'operator', 'administrator', 'token_reader'] as const) {
      expect(mayAt(caller(['sys.a', role]), 'sys.a.b', each)).toBe(included.includes(each));
    }
  });

  it('covers its node and everything below, and nothing beside or above', () => {
    const one = caller(['sys.a', 'reader']);
    expect(['sys.a', 'sys.a.b', 'sys', 'sys.ab', 'sys.b'].map((node) => mayAt(one, node, 'any'))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('the nodes that a caller may list', () => {
  const several = caller(
    ['sys.a', 'reader'],
    ['sys.a.b', 'operator'],
    ['sys.c', 'operator'],
    ['sys.d', 'token_reader'],
  );

  it.each<[string | undefined, Role, string[]]>([
    [undefined, 'reader', ['sys.a', 'sys.c']],
    [undefined, 'operator', ['sys.a.b', 'sys.c']],
    ['sys', 'reader', ['sys.a', 'sys.c']],
    ['sys.a.b.x', 'reader', ['sys.a.b.x']],
    ['sys.d', 'reader', []],
    ['sys.e', 'reader', []],
  ])('below %s as %s are %j', (node, role, nodes) => expect(visibleNodes(several, role, node)).toEqual(nodes));
});

describe('an actor', () => {
  it.each<[Partial<Caller>, string]>([
    [{ request: '4bf92f35' }, 'portal@example.com 4bf92f35'],
    [{}, 'portal@example.com'],
  ])('of a caller with %j is %s, and can be read back', (more, text) => {
    const one = { ...caller(), ...more };
    expect(actor(one)).toBe(text);
    expect(actorOf(text)).toEqual({ caller: 'portal@example.com', ...more });
  });
});
