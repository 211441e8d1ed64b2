import { describe, expect, it } from 'vitest';
import { keepPassword, maskPassword, proxyParts, proxyProblem } from '../../../shared/domain/proxy.ts';

describe("a proxy's URL", () => {
  it.each([
    'http://10.10.10.10:8123',
    'http://10.10.10.10:8123/',
    'https://192.168.1.1',
    'HTTP://proxy.example.com:3128',
    'http://svc:50%off@10.20.30.40:8123',
    'http://svc:p%40ss%3Aword@proxy.example.com',
    'http://[fd00::10]:8123',
    'http://[2a00:1450:4001::1]:8123',
  ])('is accepted: %s', (url) => {
    expect(proxyProblem(url, false)).toBeUndefined();
  });

  it.each([
    ['proxy.example.com:8123', 'must be a URL such as http://10.10.10.10:8123'],
    ['http:10.10.10.10:8123', 'must be a URL'],
    ['socks5://proxy.example.com', 'must be a URL'],
    ['ftp://proxy.example.com', 'must be a URL'],
    ['http://', 'must be a URL'],
    ['http://fd00::10:8123', 'must be a URL'],
    ['http://[fe80::1%25eth0]:8123', 'must be a URL'],
    ['http://svc:a/b@10.10.10.10:8123', 'write %2F for /'],
    ['http://svc#1:secret@10.10.10.10:8123', '%23 for #'],
    ['http://10.10.10.10:8123/proxy.pac', 'must end after host and port'],
    ['http://10.10.10.10:8123?x', 'must end after host and port'],
    ['http://10.10.10.10:0', 'must not have port 0'],
    ['http://a%3Ab:secret@10.10.10.10', 'must not have a colon in its user name'],
    ['http://svc:a%0Ab@10.10.10.10', 'must not have control characters'],
  ])('is refused with what to write instead: %s', (url, words) => {
    expect(proxyProblem(url, true)).toContain(words);
  });

  it.each([
    'http://127.0.0.1:8080',
    'http://127.1',
    'http://0x7f.1',
    'http://localhost:8080',
    'http://metadata.google.internal..',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:0:127.0.0.1]',
    'http://[fec0::1]',
    'http://[2002:a9fe:a9fe::]',
  ])('must not lead to our own machine: %s', (url) => {
    expect(proxyProblem(url, false)).toContain('must not have a loopback');
    expect(proxyProblem(url, true)).toBeUndefined();
  });

  it('is split into parts for a connection: no brackets, and credentials that can always be decoded', () => {
    expect(proxyParts('http://[fd00::10]:8123')).toMatchObject({ host: '[fd00::10]:8123', hostname: 'fd00::10' });
    const { host, username, password } = proxyParts('http://svc%41:50%off%C3%BC-%FF@h:1');
    expect(host).toBe('h:1');
    expect([username, password].map(decodeURIComponent)).toEqual(['svcA', '50%offü-%FF']);
  });
});

describe("a proxy's password", () => {
  it.each([
    ['http://10.10.10.10:8123', 'http://10.10.10.10:8123'],
    ['http://svc@10.10.10.10:8123', 'http://svc@10.10.10.10:8123'],
    ['http://svc:secret@10.10.10.10:8123', 'http://svc:****@10.10.10.10:8123/'],
    ['http://svc:50%off@[fd00::10]', 'http://svc:****@[fd00::10]/'],
    ['https://:secret@proxy.example.com', 'https://:****@proxy.example.com/'],
  ])('of %s is shown as %s', (url, shown) => {
    expect(maskPassword(url)).toBe(shown);
    expect(shown).not.toContain('secret');
  });

  const stored = 'http://svc:secret@10.10.10.10:8123';
  it.each([
    ['comes back masked', maskPassword(stored), stored, stored],
    ['comes back masked, without the slash', 'http://svc:****@10.10.10.10:8123', stored, stored],
    ['is replaced', 'http://svc:new@10.10.10.10:8123', stored, 'http://svc:new@10.10.10.10:8123'],
    ['is removed', 'http://svc@10.10.10.10:8123', stored, 'http://svc@10.10.10.10:8123'],
    ['is masked for another host', 'http://svc:****@evil.example:8123', stored, undefined],
    ['is masked for another user', 'http://other:****@10.10.10.10:8123', stored, undefined],
    ['is masked for another port', 'http://svc:****@10.10.10.10:9', stored, undefined],
    ['is masked where none is stored', 'http://svc:****@10.10.10.10:8123', undefined, undefined],
  ])('that %s', (_what, sent, before, expected) => {
    expect(keepPassword(sent, before)).toBe(expected);
  });
});
