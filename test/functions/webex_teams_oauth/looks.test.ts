import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freshContext, getTokens, launch } from './chromium.ts';
import { acme, startStack } from './stack.ts';
import { states } from './states.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function open(options: Parameters<typeof freshContext>[1] = {}) {
  const stack = await startStack();
  const watched = await freshContext(browser, options);
  onTestFinished(async () => {
    await watched.context.close();
    await stack.close();
  });
  return { stack, ...watched };
}

/** The violations that axe-core finds, as rule and element. */
async function violations(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`${axe}; axe.run({ resultTypes: ['violations'] })`)) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const fits = (page: Page) => page.evaluate('document.documentElement.scrollWidth <= innerWidth');

describe.each(Object.entries(states))('the state %s', (_, reach) => {
  it('passes axe-core in light and dark, and fits a phone', async () => {
    const { stack, page, complaints } = await open({ permissions: ['clipboard-write'] });
    await reach(stack, page);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await fits(page)).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('the page', () => {
  it('weighs less than 30 KB and loads nothing from other hosts', async () => {
    const { stack, page, context, requests } = await open();
    const sizes: ReturnType<Request['sizes']>[] = [];
    context.on('requestfinished', (request) => {
      if (request.url().startsWith(stack.url)) sizes.push(request.sizes());
    });
    await getTokens(page, stack.url);
    await page.waitForLoadState('networkidle');
    const loaded = await Promise.all(sizes);
    const bytes = loaded.reduce(
      (sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize,
      0,
    );
    // The start page, the page with the tokens and everything they load, headers included.
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(30_000);
    const hosts = new Set(requests.map((address) => new URL(address).origin));
    expect(hosts).toEqual(new Set([new URL(stack.url).origin, stack.webex.url]));
  });

  it('works without JavaScript: tokens can be shown and selected, countdowns show the end', async () => {
    const { stack, page } = await open({ javaScriptEnabled: false });
    await getTokens(page, stack.url);
    expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(0);
    await page.locator('details:has(#access) summary').click();
    const shown = page.locator('#access');
    expect(await shown.isVisible()).toBe(true);
    expect(await shown.textContent()).toBe(stack.webex.control.tokens(acme.id).accessTokens[0]!.value);
    expect(await page.locator('.counters').textContent()).toMatch(
      /13 days 23:59:5\d[\s\S]*until \d+ \w+ \d{4}, \d\d:\d\d UTC/,
    );
  });

  it('works with the keyboard alone, names each control, and announces what was copied', async () => {
    const { stack, page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(stack.url);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Email address').waitFor();
    await getTokens(page, stack.url);
    const visited: string[] = [];
    for (let stop = 0; stop < 7; stop++) {
      await page.keyboard.press('Tab');
      const words = await page.evaluate(`document.activeElement.innerText.replace(/[•\\s]+/g, ' ').trim()`);
      visited.push(String(words));
    }
    expect(visited).toEqual([
      'Copy Organization ID',
      'Show Access Token',
      'Copy Access Token',
      'Show Refresh Access Token',
      'Copy Refresh Access Token',
      'GET TOKENS',
      'Clear this page',
    ]);
    for (let stop = 0; stop < 4; stop++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('Access Token copied.').waitFor();
    const outline = `getComputedStyle(document.activeElement).outlineStyle`;
    expect(await page.evaluate(outline)).toBe('solid');
  });

  it('shows and selects a token if the browser denies access to the clipboard', async () => {
    const { stack, page } = await open();
    await page.addInitScript(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
    await getTokens(page, stack.url);
    await page.getByRole('button', { name: 'Copy Access Token', exact: true }).click();
    await page.getByRole('status').getByText('Access Token is selected. Copy it with your keyboard.').waitFor();
    const { value } = stack.webex.control.tokens(acme.id).accessTokens[0]!;
    expect(await page.evaluate('String(getSelection()).trim()')).toBe(value);
  });

  it('shows the configured name of the portal', async () => {
    const { stack, page } = await open();
    await page.goto(stack.url);
    expect(await page.title()).toBe(`Webex Teams Access Token Management for ${stack.ports.settings.portalName}`);
  });
});
