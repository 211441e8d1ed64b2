/** A connect link: shows what it will do, and sends the browser to Webex when the user agrees. */

import type { Request, Response } from 'express';
import { startAuthorization } from '../../../shared/connect/authorization-code.ts';
import { connectUrl, openLink } from '../../../shared/connect/link.ts';
import type { Context } from '../context.ts';
import { assertOwnForm, formField } from '../form.ts';
import { leavingPage, linkPage } from '../pages/connect.ts';
import { storeStarted } from '../pending.ts';

export async function showLink(context: Context, request: Request, response: Response): Promise<void> {
  const { admit, ports, site } = context;
  admit(request, 'link');
  const secret = String(request.params.secret);
  const { customer, connection } = await openLink(ports, secret);
  const view = {
    action: connectUrl(ports.settings, secret),
    field: formField(request, response),
    customer: customer.name,
    accountNumber: customer.accountNumber,
    again: connection.data.state !== 'absent',
  };
  response.send(linkPage(site, view, ports.clock.now()));
}

export async function startFromLink(context: Context, request: Request, response: Response): Promise<void> {
  const { admit, ports, site } = context;
  admit(request, 'link');
  assertOwnForm(request, site.url);
  const started = await startAuthorization(ports, String(request.params.secret));
  storeStarted(request, response, started);
  response.set('refresh', `0; url=${started.url}`).send(leavingPage(site, started.url, ports.clock.now()));
}
