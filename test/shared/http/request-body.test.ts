import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkBodyHeaders, maxBodyBytes, parseBody } from '../../../shared/http/request-body.ts';

const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the headers of a body', () => {
  it.each([
    [{}, 'accepted'],
    [{ 'content-encoding': 'identity' }, 'accepted'],
    [{ 'content-encoding': 'gzip' }, 'unsupported_media_type'],
    [{ 'content-encoding': 'GZIP' }, 'unsupported_media_type'],
    [{ 'content-encoding': 'br' }, 'unsupported_media_type'],
    [{ 'content-encoding': 'zstd' }, 'unsupported_media_type'],
    [{ 'content-encoding': 'deflate' }, 'unsupported_media_type'],
    [{ 'content-encoding': 'identity, gzip' }, 'unsupported_media_type'],
    [{ 'content-encoding': '' }, 'unsupported_media_type'],
    [{ 'content-type': 'application/json' }, 'accepted'],
    [{ 'content-type': 'application/json; charset=UTF-8' }, 'accepted'],
    [{ 'content-type': 'application/json; charset="utf-8"' }, 'accepted'],
    [{ 'content-type': 'application/json; charset=iso-8859-1' }, 'unsupported_media_type'],
    [{ 'content-type': 'text/plain; charset=utf-16le' }, 'unsupported_media_type'],
    [{ 'content-length': String(maxBodyBytes) }, 'accepted'],
    [{ 'content-length': String(maxBodyBytes + 1) }, 'request_too_large'],
    [{ 'content-length': '30000000' }, 'request_too_large'],
  ])('%o: %s', (headers, expected) => {
    expect(codeOf(() => checkBodyHeaders({ headers }))).toBe(expected);
  });
});

describe('a body', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each([
    ['application/json', '{"a":[1,{"b":"}]"}]}', { a: [1, { b: '}]' }] }],
    ['application/json; charset=utf-8', '{"name":"Müller"}', { name: 'Müller' }],
    ['application/merge-patch+json', '{"a":null}', { a: null }],
    ['application/cloudevents+json', '[]', []],
    ['application/json', '\ufeff{}', {}],
    ['application/json', '', {}],
    ['application/json', nested(32), JSON.parse(nested(32))],
    ['application/json', `{"text":"${'['.repeat(1000)}\\"${'{'.repeat(1000)}"}`, expect.anything()],
    ['application/x-www-form-urlencoded', 'a=1&b=%C3%BC&a=2', { a: '2', b: 'ü' }],
    ['text/plain', 'hello', 'hello'],
    ['application/octet-stream', '{', Buffer.from('{')],
    [undefined, '{', Buffer.from('{')],
  ])('of type %s is parsed: %s', (type, text, expected) => {
    expect(parseBody(type, Buffer.from(text))).toEqual(expected);
  });

  it.each([
    ['JSON that is malformed', '{', 'is not JSON'],
    ['JSON that is cut within a string', '{"a":"\\', 'is not JSON'],
    ['33 arrays in each other', nested(33), 'is nested too deeply'],
    ['30,000 arrays in each other', nested(30_000), 'is nested too deeply'],
    ['30,000 objects in each other', '{"a":'.repeat(30_000), 'is nested too deeply'],
    ['closing brackets before opening ones', `${']'.repeat(100)}${nested(100)}`, 'is not JSON'],
    ['ISO-8859-1', Buffer.from('{"name":"Müller"}', 'latin1'), 'is not UTF-8'],
    ['an overlong form of a slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'is not UTF-8'],
    ['a compressed body', gzipSync('{}'), 'is not UTF-8'],
  ])('is refused: %s', (_what, body, detail) => {
    const refusal = { detail: { code: 'invalid_request', problems: [{ pointer: '', detail }] } };
    expect(() => parseBody('application/json', Buffer.from(body as string))).toThrow(expect.objectContaining(refusal));
  });
});
