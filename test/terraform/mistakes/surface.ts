/** Mistakes in what can be reached, and by which callers. */

import { functions, type Mistake, terraform, variables } from './mistake.ts';

export const surfaceMistakes: Mistake[] = [
  {
    name: 'the API is public',
    file: functions,
    find: '{ for member in var.customers_invokers : member => member }',
    put: '{ public = "allUsers" }',
    red: 'public_surface/invokers',
  },
  {
    name: 'a second grant to everybody',
    file: functions,
    find: '{ for member in var.customers_invokers : member => member }',
    put: '{ public = "allUsers" }',
    red: 'drift',
  },
  {
    name: 'refresh_tokens can be reached from the internet',
    file: functions,
    find: 'ingress     = "ALLOW_INTERNAL_ONLY"\n      invokers    = { scheduler',
    put: 'ingress     = "ALLOW_ALL"\n      invokers    = { scheduler',
    red: 'public_surface/ingress',
  },
  {
    name: 'the invoker is bound to the function name, with underscores',
    file: terraform('invokers.tf'),
    find: 'basename(google_cloudfunctions2_function.this[each.value.function].service_config[0].service)',
    put: 'google_cloudfunctions2_function.this[each.value.function].name',
    red: 'public_surface/invokers',
  },
  {
    name: 'the push account may not call sync_users',
    file: functions,
    find: '{ push = google_service_account.push.member }',
    put: '{ push = google_service_account.scheduler.member }',
    red: 'public_surface/invokers',
  },
  {
    name: 'nothing refuses allUsers on customers',
    file: variables,
    find: 'length(setintersection(var.customers_invokers, ["allUsers", "allAuthenticatedUsers"])) == 0',
    put: 'length(var.customers_invokers) >= 0',
    red: 'public_surface/refuses_a_public_api',
  },
  {
    name: 'allAuthenticatedUsers is forgotten',
    file: variables,
    find: 'length(setintersection(var.customers_invokers, ["allUsers", "allAuthenticatedUsers"])) == 0',
    put: 'length(setintersection(var.customers_invokers, ["allUsers"])) == 0',
    red: 'public_surface/refuses_an_api_for_everybody_with_an_account',
  },
  {
    name: 'anybody may subscribe to the events',
    file: variables,
    find: 'alltrue([for member in var.event_subscribers : can(regex("^(serviceAccount|user|group):[^@\\\\s]+@[^@\\\\s]+$", member))])',
    put: 'length(var.event_subscribers) >= 0',
    red: 'public_surface/refuses_public_events',
  },
  {
    name: 'a role that the code does not know',
    file: variables,
    find: 'contains(["reader", "operator", "administrator", "token_reader"], grant.role)',
    put: 'contains(["reader", "operator", "administrator", "token_reader", "owner"], grant.role)',
    red: 'public_surface/refuses_a_role_that_the_code_does_not_know',
  },
  {
    name: 'a caller is written as an IAM member',
    file: variables,
    find: '"^[^@\\\\s:]+@[^@\\\\s]+\\\\.[^@\\\\s]+$", grant.caller',
    put: '"^[^@\\\\s]+@[^@\\\\s]+\\\\.[^@\\\\s]+$", grant.caller',
    red: 'public_surface/refuses_a_caller_written_as_a_member',
  },
];
