/** A connect link: shows what it will do, and sends the browser to Webex when the user agrees. */

import type { Request, Response } from 'express';
import { startAuthorization } from '../../../shared/connect/authorization-code.ts';
import { connectUrl, openLink } from '../../../shared/connect/link.ts';
import { authorizationMs, linkMs, randomSecret } from '../../../shared/domain/authorization.ts';
import type { Context } from '../context.ts';
import { browserCookie, readCookie, setCookie } from '../cookies.ts';
import { assertSameOrigin } from '../form.ts';
import { leavingPage, linkPage } from '../pages/connect.ts';
import { storePending } from '../pending.ts';

export async function showLink({ ports, site }: Context, request: Request, response: Response): Promise<void> {
  const secret = String(request.params.secret);
  const { customer, connection } = await openLink(ports, secret, readCookie(request, browserCookie));
  const again = connection.data.state !== 'absent';
  const { name, accountNumber } = customer;
  const view = { action: connectUrl(ports.settings, secret), customer: name, accountNumber, again };
  response.send(linkPage(site, view, ports.clock.now()));
}

export async function startFromLink({ ports, site }: Context, request: Request, response: Response): Promise<void> {
  assertSameOrigin(request, site.url);
  const browser = readCookie(request, browserCookie) ?? randomSecret();
  const started = await startAuthorization(ports, { secret: String(request.params.secret), browser });
  // As long as an authorization that starts at the link's last moment.
  setCookie(response, browserCookie, browser, linkMs + authorizationMs);
  storePending(request, response, started);
  response.set('refresh', `0; url=${started.url}`).send(leavingPage(site, started.url, ports.clock.now()));
}
