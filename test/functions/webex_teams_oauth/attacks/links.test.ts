/** Attacks on connect links, row by row as in SECURITY.md. */

import { expect, it } from 'vitest';
import { readConnection } from '../../../support/ports.ts';
import { acmeMember, globexAdministrator } from '../chromium.ts';
import { foreignSite, openPage, openStack, useChromium } from '../open.ts';

const chromium = useChromium();

it('Stolen link: used by a person who is not an administrator of the organization', async () => {
  const { visitor, stack } = await openStack();
  const id = await stack.customer();
  const link = await stack.link(id);
  const [owner, thief] = [visitor(), visitor()];
  const callback = await owner.consentByLink(link);
  expect((await thief.visit(callback.href)).location).toMatch(/\/expired$/);
  expect((await thief.comeBack(await thief.consentByLink(link, globexAdministrator))).status).toBe(403);
  expect((await thief.comeBack(await thief.consentByLink(link, acmeMember))).status).toBe(403);
  expect((await readConnection(stack.ports.store, id)).state).toBe('absent');
  // None of this blocks the person that the link was sent to.
  expect((await owner.comeBack(callback)).text).toContain('is connected');
});

it('Scanned link: a mail scanner opens the link or sends its form', async () => {
  const { visitor, stack } = await openStack();
  const link = await stack.link(await stack.customer());
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    await visitor().visit(link, { method, headers: { 'sec-purpose': 'prefetch' } });
  }
  expect((await visitor().openAndSubmit(link, {})).status).toBe(200);
  const honest = visitor();
  expect((await honest.comeBack(await honest.consentByLink(link))).text).toContain('is connected');
});

it('Used link: connects a second time', async () => {
  const { visitor, stack } = await openStack();
  const link = await stack.link(await stack.customer());
  const honest = visitor();
  const second = await honest.consentByLink(link);
  await honest.comeBack(await honest.consentByLink(link));
  expect((await honest.comeBack(second)).text).toContain('This link has already been used.');
  expect((await honest.submit(link)).status).toBe(410);
});

it('Wrong administrator: an administrator of another organization connects the customer', async () => {
  const { visitor, stack, webex } = await openStack();
  const id = await stack.customer();
  const honest = visitor();
  const { status, text } = await honest.comeBack(await honest.consentByLink(await stack.link(id), globexAdministrator));
  expect(status).toBe(403);
  expect(text).toContain('admin@globex.example belongs to the Webex organization Globex');
  expect(await readConnection(stack.ports.store, id)).not.toHaveProperty('grant');
  expect(text).not.toContain(webex.control.tokens('8c2d7e3f-1d64-4b8f-8a6e-4c9b2d3e5f60').accessTokens[0]!.value);
});

it('Forged form: another site starts a connection or clears a page', async () => {
  const { visitor, stack } = await openStack();
  const link = await stack.link(await stack.customer());
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ];
  for (const headers of foreign) {
    const { status } = await visitor().visit(link, { method: 'POST', headers: headers as Record<string, string> });
    expect(status).toBe(400);
  }
  const { page } = await openPage(chromium());
  // The attacker has a valid field, but not the cookie that it belongs to.
  const { text: own } = await visitor().visit(link);
  const field = /<input[^>]*>/.exec(own)![0];
  await page.goto(link);
  await page.goto(await foreignSite(`<form method="post" action="${link}">${field}<button>Win</button></form>`));
  await page.getByRole('button').click();
  expect(await page.locator('main').textContent()).toContain(
    'Your browser did not show that you pressed the button on our page.',
  );
  expect((await visitor().visit(link)).status).toBe(200);
});
