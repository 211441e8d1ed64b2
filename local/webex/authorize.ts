/** Goes through the pages of `/v1/authorize` by HTTP, for tests that need no browser. */

export interface Visitor {
  email: string;
  password: string;
  deny?: boolean;
}

/** More pages than any sign-in has. */
const maxSteps = 12;

/**
 * Returns the address of the redirect back to the integration, without following it.
 * @throws Error with the words of the page if Webex shows an error
 */
export async function authorize(authorizeUrl: string, visitor: Visitor): Promise<string> {
  const { origin } = new URL(authorizeUrl);
  const cookies = new Map<string, string>();
  let url = authorizeUrl;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < maxSteps; step++) {
    const response = await fetch(url, {
      ...(form && { method: 'POST', body: form }),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const target = new URL(location, url);
      if (target.origin !== origin || target.pathname !== new URL(authorizeUrl).pathname) return location;
      url = target.href;
      form = undefined;
      continue;
    }
    const page = await response.text();
    const alert = /role="alert">([^<]*)/.exec(page)?.[1];
    if (alert !== undefined) throw new Error(`Webex says: ${alert}`);
    url = new URL(unescapeHtml(/<form[^>]* action="([^"]*)"/.exec(page)?.[1] ?? ''), url).href;
    form = fillIn(page, visitor);
  }
  throw new Error('The pages of Webex do not end');
}

function fillIn(page: string, { email, password, deny = false }: Visitor): URLSearchParams {
  if (page.includes('type="email"')) return new URLSearchParams({ email });
  if (page.includes('type="password"')) return new URLSearchParams({ password });
  const value = new RegExp(`name="decision" value="([^"]+)">${deny ? 'Deny' : 'Accept'}<`).exec(page)?.[1];
  if (value === undefined) throw new Error('Webex shows a page that this visitor does not know');
  return new URLSearchParams({ decision: value });
}

function unescapeHtml(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}
