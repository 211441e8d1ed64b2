/** Starts a real Chromium, and does in it what a user does. */

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as launcher,
  type Page,
} from 'playwright-core';

/** Arguments of the packaged browser that would switch its security off. */
const unsafe = /disable-web-security|disable-site-isolation|allow-running-insecure|single-process|disable-features/;
const quiet = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/**
 * Where the packaged browser is, unpacked once for each user and version: a folder in the temporary folder belongs to the
 * user who made it. It takes its name when it is complete, so that no other process starts half a browser.
 */
async function unpackChromium(): Promise<string> {
  const description = join(import.meta.dirname, '../../../node_modules/@sparticuz/chromium/package.json');
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string };
  const home = join(tmpdir(), `chromium-${version}-${process.getuid?.()}`);
  if (!existsSync(home)) {
    const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
    const { TMPDIR } = process.env;
    // The package knows no other way to say where.
    process.env.TMPDIR = folder;
    await chromium.executablePath().finally(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    });
    // Fails when another process was faster.
    await rename(folder, home).catch(() => rm(folder, { recursive: true }));
  }
  return join(home, 'chromium');
}

export async function launch(): Promise<Browser> {
  chromium.setGraphicsMode = false;
  const args = [...chromium.args.filter((arg) => !unsafe.test(arg)), ...quiet];
  return launcher.launch({ executablePath: await unpackChromium(), args, headless: true });
}

export interface Watched {
  context: BrowserContext;
  page: Page;
  /** The address of every request, oldest first. */
  requests: string[];
  /** Policy violations, script errors and failed requests. */
  complaints: string[];
}

/** A browser profile without cookies, and a record of what it does. */
export async function freshContext(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext(options);
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // The browser left for another page.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()} ${reason}`);
  });
  context.on('console', (message) => {
    // The browser reports the status of our error pages as an error.
    const status = /^Failed to load resource: the server responded with a status of/.test(message.text());
    if (message.type() === 'error' && !status) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return { context, page, requests, complaints };
}

export const acmeAdministrator = { email: 'admin@acme.example', password: 'webex-local' };
export const acmeMember = { email: 'member@acme.example', password: 'webex-local' };
export const globexAdministrator = { email: 'admin@globex.example', password: 'webex-local' };

/** Signs in on Webex's pages and stops at its consent page. */
export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email address').fill(who.email);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
}

/** Decides on Webex's consent page and waits for our page. */
export async function decide(page: Page, decision: 'Accept' | 'Deny'): Promise<void> {
  await page.getByRole('button', { name: decision }).click();
  await page.waitForURL(/\/webex_teams_oauth\//);
}

/** From the start page through GET TOKENS to the tokens. */
export async function getTokens(page: Page, url: string, who = acmeAdministrator): Promise<void> {
  await page.goto(url);
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await signIn(page, who);
  await decide(page, 'Accept');
}

/** From a connect link's page to its result. */
export async function followLink(page: Page, link: string, who = acmeAdministrator): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(page, who);
  await decide(page, 'Accept');
}
