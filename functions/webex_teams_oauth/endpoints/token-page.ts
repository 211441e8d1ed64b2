/** GET TOKENS: sends the browser to Webex. */

import type { Request, Response } from 'express';
import { startAuthorization } from '../../../shared/connect/authorization-code.ts';
import type { Context } from '../context.ts';
import { storeStarted } from '../pending.ts';

export async function startFromTokenPage(context: Context, request: Request, response: Response): Promise<void> {
  const { admit, ports } = context;
  admit(request, 'stranger');
  const started = await startAuthorization(ports);
  storeStarted(request, response, started);
  response.redirect(303, started.url);
}
