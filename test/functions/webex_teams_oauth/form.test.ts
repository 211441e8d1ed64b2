import { expect, it } from 'vitest';
import { openStack } from './open.ts';

/** What browsers and proxies send with our own forms. */
const own: Record<string, Record<string, string>> = {
  'a current browser': { 'sec-fetch-site': 'same-origin', origin: 'null' },
  'a current browser whose referrer policy was removed': { 'sec-fetch-site': 'same-origin', origin: 'OWN' },
  'an older browser': { origin: 'null' },
  'an older browser that sends the origin': { origin: 'OWN' },
  'a proxy that removes both headers': {},
  'a form that was sent again after a restart of the browser': { 'sec-fetch-site': 'none', origin: 'null' },
};

it.each(Object.entries(own))('accepts our own forms from %s', async (_, sent) => {
  const { stack, visitor, url } = await openStack();
  const headers = Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, value === 'OWN' ? new URL(url).origin : value]),
  );
  const link = await stack.link(await stack.customer());
  const leaving = await visitor().openAndSubmit(link, headers);
  expect(leaving.text).toContain('Continue to Webex');
  const user = visitor();
  const { location } = await user.visit((await user.consent()).href);
  expect((await user.openAndSubmit(location, headers)).location).toBe(url);
  expect((await user.visit(location)).status).toBe(410);
});

/** What a forged form can send: it cannot read the field, and its cookies are the victim's. */
const foreign: Record<string, { headers: Record<string, string>; field?: 'own' | 'other' }> = {
  'the headers of another site, even with the field': { headers: { 'sec-fetch-site': 'cross-site' }, field: 'own' },
  'the headers of a neighbour, even with the field': { headers: { 'sec-fetch-site': 'same-site' }, field: 'own' },
  'the origin of another site, even with the field': { headers: { origin: 'https://evil.example' }, field: 'own' },
  'the field of another browser': { headers: { origin: 'null' }, field: 'other' },
  'no field': { headers: {} },
};

it.each(Object.entries(foreign))('refuses a form with %s', async (_, { headers, field }) => {
  const { stack, visitor } = await openStack();
  const link = await stack.link(await stack.customer());
  const fieldOf = (text: string) => /name="form" value="([^"]+)"/.exec(text)![1]!;
  const user = visitor();
  const own = fieldOf((await user.visit(link)).text);
  const other = fieldOf((await visitor().visit(link)).text);
  expect(own).not.toBe(other);
  const form = field && { own, other }[field];
  const body = new URLSearchParams(form ? { form } : {});
  expect((await user.visit(link, { method: 'POST', headers, body })).status).toBe(400);
});

it('refuses a form whose field is not text', async () => {
  const { stack, visitor } = await openStack();
  const link = await stack.link(await stack.customer());
  for (const body of ['form[]=a', 'form[a]=b', 'form=', 'form=a&form=b']) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await visitor().visit(link, { method: 'POST', headers, body })).status).toBe(400);
  }
});
