# The alerts. Each has a section of the same name in docs/operations.md that says what to do.

locals {
  hour = 3600

  # An alert fires when more than `above` lines are counted in `window` seconds, or, with `absent`, when none is counted for that many seconds.
  alerts = {
    fleet_refused = {
      severity = "CRITICAL"
      title    = "Webex refuses nearly all customers: no connection is being refreshed"
      filter   = local.counted.fleet_refused
      window   = 300
      above    = 0
    }
    fleet_refused_long = {
      severity = "CRITICAL"
      title    = "Webex has refused nearly all customers for a day"
      filter   = local.counted.fleet_refused_long
      window   = 300
      above    = 0
    }
    refresh_missing = {
      severity = "CRITICAL"
      title    = "No run of refresh_tokens has ended for 6 hours"
      filter   = local.counted.refresh_run
      window   = local.hour
      absent   = 6 * local.hour # There is one run an hour. Six missing runs are no accident, and every connection has a week left.
    }
    schedule_failed = {
      severity = "ERROR"
      title    = "Scheduled calls of refresh_tokens fail"
      filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.schedule_failed.name}\" AND resource.type=\"cloud_scheduler_job\""
      group_by = ["resource.label.job_id"]
      window   = local.hour
      above    = 2 # One call with its two retries, or several calls.
    }
    refresh_out_of_time = {
      severity = "WARNING"
      title    = "Runs of refresh_tokens end before all due connections are refreshed"
      filter   = local.counted.refresh_out_of_time
      window   = 6 * local.hour
      above    = 3
    }
    refresh_failures = {
      severity = "ERROR"
      title    = "Many connections cannot be refreshed"
      filter   = local.counted.refresh_failed
      window   = local.hour
      above    = var.thresholds.refresh_failures
    }
    refresh_errors = {
      severity = "ERROR"
      title    = "Refreshes fail on our side"
      filter   = local.counted.refresh_error
      window   = local.hour
      above    = 5
    }
    pending_grant_errors = {
      severity = "WARNING"
      title    = "New tokens cannot be verified because of our side"
      filter   = local.counted.pending_grant_error
      window   = local.hour
      above    = 5
    }
    connection_near_its_end = {
      severity = "WARNING"
      title    = "A connection expires within a week unless a refresh succeeds"
      filter   = local.counted.connection_near_its_end
      window   = local.hour
      above    = 0
    }
    connections_ended = {
      severity = "ERROR"
      title    = "Many customers must authorize again"
      filter   = local.counted.connection_ended
      window   = local.hour
      above    = var.thresholds.connections_ended
    }
    warning_errors = {
      severity = "WARNING"
      title    = "The portal is not warned of expiring connections"
      filter   = local.counted.warning_error
      window   = local.hour
      above    = 0
    }
    sync_failures = {
      severity = "ERROR"
      title    = "Many syncs fail"
      filter   = local.counted.sync_failed
      window   = local.hour
      above    = var.thresholds.sync_failures
    }
    syncs_missing = {
      severity = "ERROR"
      title    = "No run of schedule-syncs has ended for 3 hours"
      filter   = local.counted.syncs_requested
      window   = local.hour
      absent   = 3 * local.hour
    }
    syncs_not_requested = {
      severity = "ERROR"
      title    = "Due syncs cannot be requested"
      filter   = local.counted.sync_not_requested
      window   = local.hour
      above    = 10
    }
    messages_not_sent = {
      severity = "ERROR"
      title    = "Messages for syncs cannot be sent"
      filter   = local.counted.message_not_sent
      window   = local.hour
      above    = 10
    }
    sweeps_failed = {
      severity = "WARNING"
      title    = "Unfinished work is not found"
      filter   = local.counted.sweep_failed
      window   = 6 * local.hour
      above    = 3
    }
    sync_stuck = {
      severity = "ERROR"
      title    = "A sync has waited for more than an hour"
      filter   = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.sync_users.name}\""
      gauge    = true
      window   = 300
      above    = local.hour
    }
    dead_letters = {
      severity = "ERROR"
      title    = "Pub/Sub has given up messages for syncs"
      filter   = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\""
      gauge    = true
      window   = 300
      above    = 0
    }
    messages_not_valid = {
      severity = "ERROR"
      title    = "sync_users received a message that it cannot read"
      filter   = local.counted.message_not_valid
      window   = local.hour
      above    = 0
    }
    events_not_published = {
      severity = "ERROR"
      title    = "Events are not published to the portal"
      filter   = local.counted.event_not_published
      window   = local.hour
      above    = 10 # The next hourly run publishes a few.
    }
    authorizations_failed = {
      severity = "ERROR"
      title    = "Administrators cannot connect their customers"
      filter   = local.counted.authorization_failed
      window   = local.hour
      above    = 2
    }
    # Without sync_users, which asks for redelivery by an error (sync_stuck watches it), and without webex_teams_oauth, where anybody
    # can cause an error while Webex is down (authorizations_failed watches it). Without 502, which
    # Webex or a customer's grant causes.
    function_errors = {
      severity = "ERROR"
      title    = "A function answers with server errors"
      filter   = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for name, service in local.service_names : "\"${service}\"" if !contains(["sync_users", "webex_teams_oauth"], name)])}) AND metric.labels.response_code_class=\"5xx\" AND metric.labels.response_code!=\"502\""
      group_by = ["resource.label.service_name"]
      window   = 900
      above    = 5
    }
  }

  counted = {
    for name, metric in google_logging_metric.event :
    name => "metric.type=\"logging.googleapis.com/user/${metric.name}\" AND resource.type=\"cloud_run_revision\""
  }

  notified = concat([for channel in google_monitoring_notification_channel.email : channel.id], tolist(var.notification_channels))
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.notification_emails

  project      = var.project_id
  display_name = each.value
  type         = "email"
  labels       = { email_address = each.value }
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  project               = var.project_id
  display_name          = "Customer access: ${each.value.title}"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.notified

  conditions {
    display_name = each.value.title

    dynamic "condition_threshold" {
      for_each = try(each.value.absent, null) == null ? [each.value] : []
      content {
        filter          = each.value.filter
        comparison      = "COMPARISON_GT"
        threshold_value = each.value.above
        duration        = "0s"

        aggregations {
          alignment_period     = "${each.value.window}s"
          per_series_aligner   = try(each.value.gauge, false) ? "ALIGN_MAX" : "ALIGN_DELTA"
          cross_series_reducer = try(each.value.gauge, false) ? "REDUCE_MAX" : "REDUCE_SUM"
          group_by_fields      = try(each.value.group_by, [])
        }
      }
    }

    dynamic "condition_absent" {
      for_each = try(each.value.absent, null) == null ? [] : [each.value]
      content {
        filter   = each.value.filter
        duration = "${each.value.absent}s"

        aggregations {
          alignment_period     = "${each.value.window}s"
          per_series_aligner   = "ALIGN_DELTA"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }

  documentation {
    subject   = each.value.title
    mime_type = "text/markdown"
    content   = "What to do: ${var.runbook_url}#${each.key}"

    links {
      display_name = "Runbook"
      url          = "${var.runbook_url}#${each.key}"
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }
}
