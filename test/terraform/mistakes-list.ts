// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** What people do to a deployment by mistake, and which test must turn red for it. */

export interface Mistake {
  name: string;
  file: string;
  /** Is in the file exactly once. */
  find: string;
  put: string;
  /** `drift`, `validate`, or a run of terraform/tests as `file/run`. */
  red: string;
}

const terraform = (file: string) => `terraform/${file}`;
const functions = terraform('functions.tf');
const variables = terraform('variables.tf');
const pubsub = terraform('pubsub.tf');
const firestore = terraform('firestore.tf');
const network = terraform('network.tf');
const alerts = terraform('alerts.tf');
const metrics = terraform('metrics.tf');
const accounts = terraform('accounts.tf');
const indexes = 'firestore.indexes.json';

export const mistakes: Mistake[] = [
  // What runs.
  {
    name: 'proxies of customers may lead back to us',
    file: functions,
    find: '    NODE_ENV             = "production"',
    put: '    ALLOW_LOCAL_PROXIES  = "true"\n    NODE_ENV             = "production"',
    red: 'drift',
  },
  {
    name: 'a warning that nothing counts',
    file: metrics,
    find: '    sweep_failed            = { event = "sweep_failed", labels = ["code"] }\n',
    put: '',
    red: 'drift',
  },
  {
    name: 'the compile cache is looked for elsewhere',
    file: functions,
    find: '"/workspace/compile-cache"',
    put: '"/workspace/cache"',
    red: 'drift',
  },
  {
    name: 'sync_users has no memory flags',
    file: functions,
    find: '"--max-old-space-size=160 --max-semi-space-size=4"',
    put: '"--max-old-space-size=160"',
    red: 'functions/runtime',
  },
  // What can be reached.
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

  // Who may do what.
  {
    name: 'two functions share an account',
    file: functions,
    find: 'google_service_account.function[each.key].email',
    put: 'google_service_account.function["customers"].email',
    red: 'privileges/seven_accounts',
  },
  {
    name: 'functions may administer the database',
    file: accounts,
    find: '"roles/datastore.user"',
    put: '"roles/datastore.owner"',
    red: 'privileges/firestore',
  },
  {
    name: 'functions may change secrets',
    file: accounts,
    find: '"roles/secretmanager.secretAccessor"',
    put: '"roles/secretmanager.admin"',
    red: 'privileges/secrets',
  },
  {
    name: 'a function cannot publish events',
    file: functions,
    find: 'publishes   = ["customer-events", "sync-users"]     # Continues',
    put: 'publishes   = ["sync-users"]                        # Continues',
    red: 'privileges/topics',
  },
  {
    name: 'the build may read every bucket',
    file: accounts,
    find: 'resource.name.startsWith(\\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\\")',
    put: 'resource.name.startsWith(\\"projects/_/buckets/\\")',
    red: 'privileges/build',
  },
  {
    name: 'Pub/Sub cannot sign its pushes',
    file: pubsub,
    find: 'service_account_id = google_service_account.push.name',
    put: 'service_account_id = google_service_account.scheduler.name',
    red: 'privileges/pubsub_agent',
  },
  {
    name: 'an editor for the whole project',
    file: accounts,
    find: '"roles/logging.logWriter"',
    put: '"roles/editor"',
    red: 'drift',
  },

  // Whether it works at all.
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
    find: '    CALLER_AUDIENCE      = local.urls.customers\n',
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

  // Messages.
  {
    name: 'the push endpoint lacks the topic',
    file: pubsub,
    find: '.uri}/${google_pubsub_topic.sync_users.id}"',
    put: '.uri}/"',
    red: 'dead_letters/push',
  },
  {
    name: 'no dead letter policy',
    file: pubsub,
    find: `  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 100
  }
`,
    put: '',
    red: 'dead_letters/dead_letters',
  },
  {
    name: 'Pub/Sub may not publish dead letters',
    file: pubsub,
    find: '  topic   = google_pubsub_topic.dead_letters.name\n',
    put: '  topic   = google_pubsub_topic.sync_users.name\n',
    red: 'dead_letters/dead_letters',
  },

  // Data.
  {
    name: 'the database can be deleted',
    file: firestore,
    find: '"DELETE_PROTECTION_ENABLED"',
    put: '"DELETE_PROTECTION_DISABLED"',
    red: 'data_protection/database',
  },
  {
    name: 'no point-in-time recovery',
    file: firestore,
    find: '"POINT_IN_TIME_RECOVERY_ENABLED"',
    put: '"POINT_IN_TIME_RECOVERY_DISABLED"',
    red: 'data_protection/database',
  },
  {
    name: 'weekly backups are kept for a week',
    file: firestore,
    find: '"8467200s"',
    put: '"604800s"',
    red: 'data_protection/database',
  },
  {
    name: 'who read a secret is forgotten after a month',
    file: terraform('secrets.tf'),
    find: 'retention_days = 400',
    put: 'retention_days = 30',
    red: 'data_protection/secrets',
  },
  {
    name: 'a dropped TTL',
    file: indexes,
    find: '"collectionGroup": "used_states",\n      "fieldPath": "expireAt",\n      "ttl": true,',
    put: '"collectionGroup": "used_states",\n      "fieldPath": "expireAt",',
    red: 'data_protection/time_to_live',
  },
  {
    name: 'a document that is said to end, and does not',
    file: 'docs/storage.md',
    find: '`sync_users` | 396 days (TTL) |\n| `customers/{id}/catalog',
    put: '`sync_users` | with the customer |\n| `customers/{id}/catalog',
    red: 'drift',
  },
  {
    name: 'terraform ignores the TTLs of the list',
    file: firestore,
    find: 'for_each = try(each.value.ttl, false) ? [true] : []',
    put: 'for_each = try(each.value.timeToLive, false) ? [true] : []',
    red: 'data_protection/time_to_live',
  },
  {
    name: 'sealed tokens are indexed',
    file: indexes,
    find: '"fieldPath": "grant.sealedRefreshToken",\n      "indexes": []',
    put: '"fieldPath": "grant.sealedRefreshToken",\n      "indexes": [{ "order": "ASCENDING", "queryScope": "COLLECTION" }]',
    red: 'data_protection/indexes',
  },
  {
    name: 'the sealing keys can be deleted',
    file: terraform('secrets.tf'),
    find: 'deletion_protection = true',
    put: 'deletion_protection = false',
    red: 'data_protection/secrets',
  },
  {
    name: 'a secret has another name than the code reads',
    file: terraform('secrets.tf'),
    find: '    sealing-keys      =',
    put: '    sealing-key       =',
    red: 'drift',
  },

  // The network.
  {
    name: 'a network that nobody asked for',
    file: network,
    find: 'count = var.private_network != null ? 1 : 0\n\n  project                  = var.project_id',
    put: 'count = 1\n\n  project                  = var.project_id',
    red: 'network/none_by_default',
  },
  {
    name: 'other private ranges stay reachable',
    file: network,
    find: 'destination_ranges = ["0.0.0.0/0"]',
    put: 'destination_ranges = ["10.8.0.0/24"]',
    red: 'network/proxies_only',
  },
  {
    name: 'functions without the tag of the rules',
    file: functions,
    find: 'tags       = [local.network_tag]',
    put: 'tags       = []',
    red: 'network/proxies_only',
  },
  {
    name: 'the rule that denies goes first',
    file: network,
    find: 'priority  = 65000',
    put: 'priority  = 900',
    red: 'network/proxies_only',
  },
  {
    name: 'an existing network is ignored',
    file: network,
    find: 'count = var.private_network != null && try(var.private_network.network, null) == null ? 1 : 0',
    put: 'count = var.private_network != null ? 1 : 0',
    red: 'network/existing_network',
  },
  {
    name: 'a subnet that is too small',
    file: variables,
    find: '>= 2 * (22 + var.sync_instances)',
    put: '>= 22 + var.sync_instances',
    red: 'network/refuses_a_subnet_that_is_too_small',
  },
  {
    name: 'a whole range passes for a proxy',
    file: variables,
    find: 'can(cidrnetmask("${proxy.address}/32"))',
    put: 'length(proxy.address) > 0',
    red: 'network/refuses_a_range_as_a_proxy',
  },

  // Alerts.
  {
    name: 'alerts reach nobody',
    file: alerts,
    find: 'notification_channels = local.notified',
    put: 'notification_channels = []',
    red: 'alerts/policies',
  },
  {
    name: 'the link to the runbook leads nowhere',
    file: alerts,
    find: 'url          = "${var.runbook_url}#${each.key}"',
    put: 'url          = var.runbook_url',
    red: 'alerts/policies',
  },
  {
    name: 'an alert without a section of the runbook',
    file: 'docs/operations.md',
    find: '### sync_stuck\n',
    put: '### a_sync_is_stuck\n',
    red: 'drift',
  },
  {
    name: 'silence is taken for success',
    file: alerts,
    find: 'absent   = 6 * local.hour',
    put: 'absent   = 23 * local.hour',
    red: 'alerts/conditions',
  },
  {
    name: 'the wrong silence is listened to',
    file: alerts,
    find: 'local.counted.syncs_requested',
    put: 'local.counted.users_synced',
    red: 'alerts/conditions',
  },
  {
    name: 'the wrong subscription is watched for dead letters',
    file: alerts,
    find: 'subscription_id=\\"${google_pubsub_subscription.dead_letters.name}\\"',
    put: 'subscription_id=\\"${google_pubsub_subscription.sync_users.name}\\"',
    red: 'alerts/conditions',
  },
  {
    name: 'a metric counts an event that nothing logs',
    file: metrics,
    find: 'event = "sync_failed"',
    put: 'event = "sync_failure"',
    red: 'drift',
  },
  {
    name: 'a customer id as a label',
    file: metrics,
    find: 'connection_ended        = { event = "connection_ended", labels = [] }',
    put: 'connection_ended        = { event = "connection_ended", labels = ["customer"] }',
    red: 'alerts/metrics',
  },
  {
    name: 'a chart without a metric',
    file: terraform('dashboard.tf'),
    find: 'filter = local.counted.users_synced }',
    put: 'filter = "" }',
    red: 'alerts/dashboard',
  },
  {
    name: 'nobody needs to be notified',
    file: variables,
    find: 'length(var.notification_channels) + length(var.notification_emails) > 0',
    put: 'length(var.notification_channels) + length(var.notification_emails) >= 0',
    red: 'alerts/refuses_alerts_that_reach_nobody',
  },
  {
    name: 'existing channels are forgotten',
    file: alerts,
    find: ', tolist(var.notification_channels))',
    put: ')',
    red: 'alerts/takes_existing_channels',
  },
  {
    name: 'a runbook that is no link',
    file: variables,
    find: '"^https://[^#\\\\s]+[^#/\\\\s]$"',
    put: '"^[^#\\\\s]+[^#/\\\\s]$"',
    red: 'alerts/refuses_a_runbook_without_https',
  },
  {
    name: 'the example lacks a variable',
    file: terraform('example.tfvars'),
    find: 'customers_invokers = ',
    put: 'customer_invokers = ',
    red: 'drift',
  },
];
