/** From the body of a request to the fields of a customer's record. Pure. */

import type * as z from 'zod';
import type { Customer, CustomerFields } from '../../../shared/domain/customer.ts';
import { Failure, type Problem } from '../../../shared/domain/failure.ts';
import { keepPassword, proxyProblem } from '../../../shared/domain/proxy.ts';
import type { SyncSettings } from '../../../shared/domain/sync-run.ts';
import type { customerCreate, customerPatch } from '../schemas/requests.ts';

type SyncBody = z.infer<typeof customerPatch>['sync'];
type Body = z.infer<typeof customerPatch> &
  Pick<z.infer<typeof customerCreate>, 'hierarchy' | 'name' | 'account_number'>;

/** The record as a body, under a patch: what the patch does not name stays. */
export function toBody(customer: Customer) {
  return {
    hierarchy: customer.hierarchy,
    name: customer.name,
    account_number: customer.accountNumber,
    http_proxy: customer.httpProxy,
    https_proxy: customer.httpsProxy,
    shadow: customer.shadow,
  };
}

/** @throws Failure `invalid_request` for a masked password that stands for no stored one, and for a new proxy at a local address */
export function toFields(body: Body, before: Customer | undefined, allowLocalProxies: boolean): CustomerFields {
  const problems: Problem[] = [];
  const proxy = (pointer: string, sent: string | null | undefined, stored: string | undefined) => {
    const url = sent ? keepPassword(sent, stored) : undefined;
    if (sent && url === undefined)
      problems.push({ pointer, detail: 'has a masked password: send the password itself' });
    const problem = url !== undefined && url !== stored ? proxyProblem(url, allowLocalProxies) : undefined;
    if (problem) problems.push({ pointer, detail: problem });
    return url;
  };
  const http = proxy('/http_proxy', body.http_proxy, before?.httpProxy);
  const https = proxy('/https_proxy', body.https_proxy, before?.httpsProxy);
  if (problems.length > 0) throw new Failure('invalid_request', 'The request is not valid.', { problems });
  const sync = toSync(body.sync, before?.sync);
  return {
    hierarchy: body.hierarchy,
    name: body.name,
    accountNumber: body.account_number,
    shadow: body.shadow ?? [],
    ...(http && { httpProxy: http }),
    ...(https && { httpsProxy: https }),
    ...(sync && { sync }),
  };
}

const syncNames: Record<keyof NonNullable<SyncBody>, keyof SyncSettings> = {
  every_hours: 'everyHours',
  held_above_people: 'heldAbovePeople',
  held_above_share: 'heldAboveShare',
  held_above: 'heldAbove',
  check_total: 'checkTotal',
};

/** The customer's own settings: a null brings the default back. */
function toSync(body: SyncBody, before: Partial<SyncSettings> | undefined): Partial<SyncSettings> | undefined {
  if (body === null) return undefined;
  const merged: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(body ?? {})) {
    const setting = syncNames[field as keyof typeof syncNames];
    if (value === null) delete merged[setting];
    else if (value !== undefined) merged[setting] = value;
  }
  return Object.keys(merged).length > 0 ? (merged as Partial<SyncSettings>) : undefined;
}
