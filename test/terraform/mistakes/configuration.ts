// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** Mistakes after which nothing works: names, values and addresses. */

import { firestore, functions, type Mistake, terraform, variables } from './mistake.ts';

export const configurationMistakes: Mistake[] = [
  {
    name: 'an argument is misspelt',
    file: functions,
    find: 'available_memory                 =',
    put: 'availabel_memory                 =',
    red: 'validate',
  },
  {
    name: 'a value that the provider does not know',
    file: firestore,
    find: '"FIRESTORE_NATIVE"',
    put: '"NATIVE"',
    red: 'validate',
  },
  {
    name: 'an old runtime',
    file: functions,
    find: '"nodejs24"',
    put: '"nodejs20"',
    red: 'functions/runtime',
  },
  {
    name: 'a function is renamed in terraform/ only',
    file: functions,
    find: '    refresh_tokens = {\n',
    put: '    refresh_token = {\n',
    red: 'drift',
  },
  {
    name: 'error messages go to clients',
    file: functions,
    find: '"production" ',
    put: '"development"',
    red: 'functions/environment',
  },
  {
    name: 'an environment variable is misspelt',
    file: functions,
    find: '    PORTAL_NAME          =',
    put: '    PORTAL_TITLE         =',
    red: 'drift',
  },
  {
    name: 'a required environment variable is dropped',
    file: functions,
    find: '    CALLER_AUDIENCE      = local.customers_url\n',
    put: '',
    red: 'drift',
  },
  {
    name: 'a sync may outlive its ack deadline',
    file: functions,
    find: 'seconds     = 540',
    put: 'seconds     = 600',
    red: 'functions/limits',
  },
  {
    name: 'a plan without built sources',
    file: variables,
    find: 'fileexists("${var.source_folder}/${name}.zip")',
    put: 'length(var.source_folder) > 0',
    red: 'functions/sources_must_be_built',
  },
  {
    name: 'a zone passes for a region',
    file: variables,
    find: 'can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))',
    put: 'can(regex("^[a-z]+-[a-z]+[0-9]+", var.region))',
    red: 'functions/refuses_a_zone_for_a_region',
  },
  {
    name: 'a slash at the end of the API',
    file: variables,
    find: '"^https://[^/]+(/.*)?[^/]$"',
    put: '"^https://[^/]+(/.*)?$"',
    red: 'functions/refuses_an_api_url_with_a_slash_at_its_end',
  },
  {
    name: 'scopes without people',
    file: variables,
    find: 'contains(var.webex_scopes, "spark-admin:people_read") && ',
    put: '',
    red: 'functions/refuses_scopes_that_cannot_sync',
  },
  {
    name: 'other scopes than the code asks for',
    file: variables,
    find: '    "identity:people_read",\n',
    put: '',
    red: 'drift',
  },
  {
    name: 'Scheduler gives up before a run ends',
    file: terraform('scheduler.tf'),
    find: '"1800s"',
    put: '"600s"',
    red: 'schedule/calls',
  },
  {
    name: 'Scheduler calls without identifying itself',
    file: terraform('scheduler.tf'),
    find: `    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].uri
    }
`,
    put: '',
    red: 'schedule/calls',
  },
  {
    name: 'Scheduler calls the address that internal ingress refuses',
    file: terraform('scheduler.tf'),
    find: '"${google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].uri}${each.value.path}"',
    put: '"${google_cloudfunctions2_function.this["refresh_tokens"].url}${each.value.path}"',
    red: 'schedule/calls',
  },
];
