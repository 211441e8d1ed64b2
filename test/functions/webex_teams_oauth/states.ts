/** Every state of the pages and how a user gets there, for the accessibility tests and the pictures. */

import type { Page } from 'playwright-core';
import {
  acmeAdministrator,
  acmeMember,
  decide,
  followLink,
  getTokens,
  globexAdministrator,
  signIn,
} from './chromium.ts';
import type { Stack } from './stack.ts';

type Reach = (stack: Stack, page: Page) => Promise<unknown>;

const freshLink = async (stack: Stack) => stack.link(await stack.customer());

/** Stays on the page that goes on to Webex automatically. */
async function stayLeaving(stack: Stack, page: Page): Promise<void> {
  // A browser stays on its page when the response is 204.
  await page.route(`${stack.webex.url}/**`, (route) => route.fulfill({ status: 204 }));
  await page.goto(await freshLink(stack));
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await page.getByRole('link', { name: 'Continue to Webex' }).waitFor();
}

async function needMoreScopes(stack: Stack): Promise<void> {
  const { ports } = stack;
  const scopes = ports.settings.requiredScopes;
  ports.settings.requiredScopes = [...scopes, 'spark-admin:people_write'];
  ports.webex.answerNext('authorizeUrl', (act, request) => act({ ...request, scopes }), { times: 'always' });
}

export const states: Record<string, Reach> = {
  start: ({ url }, page) => page.goto(url),
  tokens: ({ url }, page) => getTokens(page, url),
  'tokens-shown': async ({ url }, page) => {
    await getTokens(page, url);
    await page.locator('details:has(#access) summary').click();
    await page.getByRole('button', { name: 'Copy Access Token', exact: true }).click();
  },
  'tokens-of-a-member': ({ url }, page) => getTokens(page, url, acmeMember),
  link: async (stack, page) => page.goto(await freshLink(stack)),
  leaving: stayLeaving,
  connected: async (stack, page) => followLink(page, await freshLink(stack)),
  'link-to-reconnect': async (stack, page) => {
    const id = await stack.customer();
    await followLink(page, await stack.link(id));
    await page.goto(await stack.link(id));
  },
  cancelled: async ({ url }, page) => {
    await page.goto(url);
    await page.getByRole('link', { name: 'GET TOKENS' }).click();
    await signIn(page, acmeAdministrator);
    await decide(page, 'Deny');
  },
  'wrong-organization': async (stack, page) => followLink(page, await freshLink(stack), globexAdministrator),
  'not-an-administrator': async (stack, page) => followLink(page, await freshLink(stack), acmeMember),
  'scopes-missing': async (stack, page) => {
    await needMoreScopes(stack);
    await followLink(page, await freshLink(stack));
  },
  'link-expired': async (stack, page) => {
    const link = await freshLink(stack);
    stack.ports.clock.advance(15 * 60_000);
    await page.goto(link);
  },
  'link-used': async (stack, page) => {
    const link = await freshLink(stack);
    await followLink(page, link);
    await page.goto(link);
  },
  'nothing-to-show': ({ url }, page) => page.goto(`${url}/expired`),
  'not-verified-yet': async (stack, page) => {
    stack.webex.control.faults({ match: { path: 'people/me' }, times: 'always', fault: { status: 503 } });
    await followLink(page, await freshLink(stack));
  },
  'start-again': async (stack, page) => {
    await followLink(page, await freshLink(stack), globexAdministrator);
    await page.goBack();
    await decide(page, 'Accept');
  },
  'webex-down': async ({ url, webex }, page) => {
    webex.control.faults({ match: { path: 'access_token' }, fault: { status: 503 } });
    await getTokens(page, url);
  },
};
