/** A browser without a screen: keeps cookies and follows no redirect, so that a test can do what a real browser never does. */

import { authorize } from '../../../local/webex/authorize.ts';
import { acmeAdministrator } from './chromium.ts';
import type { Stack } from './stack.ts';

export interface Visit {
  status: number;
  headers: Headers;
  location: string;
  text: string;
}

export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #stack: Stack;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  async visit(path: string, init: RequestInit = {}): Promise<Visit> {
    const response = await fetch(path.startsWith('http') ? path : this.#stack.url + path, {
      redirect: 'manual',
      ...init,
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '), ...init.headers },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const { status, headers } = response;
    return { status, headers, location: headers.get('location') ?? '', text: await response.text() };
  }

  /** Sends a form as our own page does. */
  submit(path: string): Promise<Visit> {
    return this.visit(path, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
  }

  /** Opens the page and sends its form, hidden field and all, with these headers. */
  async openAndSubmit(path: string, headers: Record<string, string>): Promise<Visit> {
    const { text } = await this.visit(path);
    const action = /<form[^>]* action="([^"]+)"/.exec(text)![1]!;
    const form = /name="form" value="([^"]+)"/.exec(text)![1]!;
    return this.visit(action, { method: 'POST', headers, body: new URLSearchParams({ form }) });
  }

  /** Starts and consents. @returns the callback's address, not yet visited */
  async consent(who = acmeAdministrator): Promise<URL> {
    return new URL(await authorize((await this.visit('/authorize')).location, who));
  }

  /** As `consent`, through a connect link. */
  async consentByLink(link: string, who = acmeAdministrator): Promise<URL> {
    const leaving = await this.submit(link);
    return new URL(await authorize(leaving.headers.get('refresh')!.replace('0; url=', ''), who));
  }

  /** Visits the callback, then the page that it redirects to. */
  async comeBack(callback: URL | string): Promise<Visit> {
    const { location } = await this.visit(String(callback));
    return this.visit(location);
  }
}
