/** Follows a connect link as a browser does, for tests and the sample customers. */

import { authorize } from './webex/authorize.ts';

/** Opens the link, submits its form, signs in at Webex and returns the result page. */
export async function followLink(link: string, visitor: { email: string; password: string }): Promise<string> {
  const cookies = new Map<string, string>();
  const visit = async (url: string, method = 'GET') => {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(method === 'POST' && { origin: new URL(link).origin }),
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const page = await visit(link);
  if (!page.ok) throw new Error(`The connect link returned ${page.status}.`);
  const started = await visit(link, 'POST');
  const callback = await authorize(started.headers.get('refresh')!.replace('0; url=', ''), visitor);
  const finished = await visit(callback);
  return (await visit(finished.headers.get('location')!)).text();
}
