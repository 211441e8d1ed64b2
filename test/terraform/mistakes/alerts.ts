// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** Mistakes in metrics and alerts. */

import { alerts, type Mistake, metrics, terraform, variables } from './mistake.ts';

export const alertsMistakes: Mistake[] = [
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
