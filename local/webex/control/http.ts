/** `/_control`: the operations of control.ts over HTTP, for a stand-in that runs in a process of its own. */

import { z } from 'zod';
import { type Answer, Refusal } from '../answers.ts';
import { faultRule } from '../faults/rules.ts';
import { adminRoles } from '../people/licenses.ts';
import { settingsChange } from '../settings.ts';
import type { Call } from '../world.ts';
import type { WebexControl } from './control.ts';

const roles = z.array(z.enum(Object.keys(adminRoles) as (keyof typeof adminRoles)[]));
/** Bounded, so that a typing error does not fill the memory. */
const number = z.int().min(0).max(1_000_000);
const seed = z.int();
const text = z.string().nullable();

const person = z
  .strictObject({
    id: z.string().min(1),
    emails: z.array(z.string()),
    phoneNumbers: z.array(
      z.strictObject({
        type: z.enum(['work', 'work_extension', 'mobile', 'fax']),
        value: z.string(),
        primary: z.boolean().optional(),
      }),
    ),
    displayName: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    nickName: text,
    avatar: text,
    extension: text,
    locationId: text,
    roles: z.array(z.string()),
    licenses: z.array(z.string()),
    department: text,
    title: text,
    managerId: text,
    timezone: z.string(),
    invitePending: z.boolean(),
    loginEnabled: z.boolean(),
    type: z.enum(['person', 'bot', 'appuser']),
  })
  .partial();

const people = z.strictObject({
  orgId: z.string(),
  add: number.optional(),
  upsert: z.array(person).optional(),
  remove: z.union([z.array(z.string()), z.strictObject({ count: number, seed })]).optional(),
  update: z.array(person.required({ id: true })).optional(),
  churn: z.strictObject({ seed, add: number, change: number, remove: number }).optional(),
});

const account = z.strictObject({ email: z.email(), password: z.string(), roles: roles.optional() });
const organization = z.strictObject({
  id: z.string(),
  name: z.string(),
  people: number,
  administrators: z.array(account).optional(),
  members: z.array(account.omit({ roles: true })).optional(),
});

const instant = z.number().min(-8.64e15).max(8.64e15);
const clock = z.union([z.strictObject({ advanceMs: instant }), z.strictObject({ now: instant })]);

const grant = z.strictObject({
  orgId: z.string(),
  email: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  clientId: z.string().optional(),
});

/** The key is the method and the path below `/_control/`. */
const operations: Record<string, (control: WebexControl, input: unknown, query: URLSearchParams) => unknown> = {
  'POST clock': (control, input) => control.clock(clock.parse(input)),
  'POST people': (control, input) => control.people(people.parse(input)),
  'GET people/list': (control, _, query) => [...control.peopleList(query.get('orgId') ?? '')],
  'POST faults': (control, input) => control.faults(faultRule.parse(input)),
  'DELETE faults': (control, _, query) => control.clearFaults(query.get('id') ?? undefined),
  'GET settings': (control) => control.settings(),
  'POST settings': (control, input) => control.settings(settingsChange.partial().parse(input)),
  'POST grants/revoke': (control, input) =>
    control.revokeGrants(z.strictObject({ orgId: z.string(), accessTokens: z.boolean().optional() }).parse(input)),
  'POST users/deactivate': (control, input) =>
    control.deactivateUser(z.strictObject({ email: z.string() }).parse(input)),
  'POST users/role': (control, input) => control.changeRoles(z.strictObject({ email: z.string(), roles }).parse(input)),
  'GET stats': (control) => control.stats(),
  'POST stats/reset': (control) => control.resetStats(),
  'POST grant': (control, input) => control.grant(grant.parse(input)),
  'POST organizations': (control, input) => control.addOrganization(organization.parse(input)),
};

export const operationNames = Object.keys(operations);

/** @throws Refusal 404 for an unknown operation, 400 with the reasons for invalid input */
export function serveControl(control: WebexControl, call: Call): Answer {
  const name = call.path.slice('/_control/'.length);
  const key = `${call.method} ${name}`;
  const operation = operationNames.includes(key) ? operations[key] : undefined;
  if (!operation) throw new Refusal(404, `There is no control operation ${call.method} ${name}.`);
  try {
    const result = operation(control, call.body ? JSON.parse(call.body) : {}, call.url.searchParams);
    return result === undefined ? { status: 204 } : { status: 200, json: result };
  } catch (error) {
    if (error instanceof z.ZodError) throw new Refusal(400, z.prettifyError(error));
    if (error instanceof TypeError || error instanceof SyntaxError) throw new Refusal(400, error.message);
    throw error;
  }
}
