// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** Mistakes in what each account may do. */

import { accounts, functions, type Mistake, pubsub } from './mistake.ts';

export const privilegesMistakes: Mistake[] = [
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
];
