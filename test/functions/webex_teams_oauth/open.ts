/** What most tests of the pages start with: the function beside its stand-in, and browsers. Everything closes with the test. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { WebexOptions } from '../../../local/webex/server.ts';
import { freshContext, launch } from './chromium.ts';
import { startStack } from './stack.ts';
import { Visitor } from './visitor.ts';

/** One Chromium for all tests of a file. */
export function useChromium(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  return () => browser;
}

/** The function and its stand-in, and visitors without a screen. */
export async function openStack(...options: Parameters<typeof startStack>) {
  const stack = await startStack(...options);
  onTestFinished(() => stack.close());
  /** How many codes and refresh tokens were sent to Webex. */
  const exchanges = () => stack.webex.control.stats().requests['POST /v1/access_token'] ?? 0;
  return { ...stack, stack, exchanges, visitor: () => new Visitor(stack) };
}

/** A page in a browser without any cookies. */
export async function openPage(browser: Browser, options: Parameters<typeof freshContext>[1] = {}) {
  const watched = await freshContext(browser, options);
  onTestFinished(() => watched.context.close());
  const { page } = watched;
  return {
    ...watched,
    heading: () => page.getByRole('heading', { level: 1 }).textContent(),
    text: () => page.locator('main').textContent(),
  };
}

/** Both, with a browser that may use the clipboard. */
export async function openStackAndPage(browser: Browser, options: WebexOptions = {}) {
  const stack = await openStack(options);
  return { ...stack, ...(await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] })) };
}

/** The organization ID and the tokens on the page, whether shown or hidden. */
export const codesOf = (page: Page) => page.locator('code').allTextContents();

/** Another site, which shows this HTML. @returns its address */
export async function foreignSite(html: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
