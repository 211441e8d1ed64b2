# Alerts: each fires when something is wrong and says what to do.

mock_provider "google" {
  source = "./tests/mocks"
}

run "policies" {
  command = apply

  assert {
    condition = toset(keys(google_monitoring_alert_policy.this)) == toset([
      "fleet_refused", "fleet_refused_long", "pending_grant_errors", "refresh_missing", "schedule_failed", "refresh_out_of_time", "refresh_failures", "refresh_errors",
      "connection_near_its_end", "connections_ended", "warning_errors", "sync_failures", "syncs_missing", "syncs_not_requested", "messages_not_sent", "sweeps_failed", "sync_stuck", "dead_letters",
      "messages_not_valid", "events_not_published", "authorizations_failed", "function_errors",
    ])
    error_message = "Every alert of docs/operations.md exists."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.this : policy.notification_channels == tolist([google_monitoring_notification_channel.email["on-call@example.com"].id])])
    error_message = "Every alert reaches people."
  }

  assert {
    condition     = alltrue([for name, policy in google_monitoring_alert_policy.this : one(policy.documentation[0].links).url == "https://example.com/docs/operations.md#${name}" && strcontains(policy.documentation[0].content, "https://example.com/docs/operations.md#${name}")])
    error_message = "Every alert links to its section of the runbook."
  }

  assert {
    condition     = alltrue([for name in ["fleet_refused", "fleet_refused_long", "refresh_missing"] : google_monitoring_alert_policy.this[name].severity == "CRITICAL"])
    error_message = "An alert for a stop of all refreshes is critical."
  }
}

run "conditions" {
  command = apply

  assert {
    condition     = google_monitoring_alert_policy.this["refresh_missing"].conditions[0].condition_absent[0].duration == "21600s" && strcontains(google_monitoring_alert_policy.this["refresh_missing"].conditions[0].condition_absent[0].filter, "user/customer_access/refresh_run")
    error_message = "Six hours without a completed run fire an alert: silence is not success."
  }

  assert {
    condition     = google_monitoring_alert_policy.this["syncs_missing"].conditions[0].condition_absent[0].duration == "10800s" && strcontains(google_monitoring_alert_policy.this["syncs_missing"].conditions[0].condition_absent[0].filter, "user/customer_access/syncs_requested")
    error_message = "Three hours without a run of schedule-syncs fire an alert."
  }

  assert {
    condition = { for name, policy in google_monitoring_alert_policy.this : name => policy.conditions[0].condition_threshold[0].threshold_value if length(policy.conditions[0].condition_threshold) > 0 } == {
      fleet_refused           = 0
      fleet_refused_long      = 0
      pending_grant_errors    = 5
      schedule_failed         = 2
      refresh_out_of_time     = 3
      refresh_failures        = 50
      refresh_errors          = 5
      connection_near_its_end = 0
      connections_ended       = 5
      warning_errors          = 0
      sync_failures           = 10
      syncs_not_requested     = 10
      messages_not_sent       = 10
      sweeps_failed           = 3
      sync_stuck              = 3600
      dead_letters            = 0
      messages_not_valid      = 0
      events_not_published    = 10
      authorizations_failed   = 2
      function_errors         = 5
    }
    error_message = "Each alert fires above its threshold."
  }

  assert {
    condition = alltrue([
      for name, metric in {
        fleet_refused           = "fleet_refused", fleet_refused_long = "fleet_refused_long", pending_grant_errors = "pending_grant_error", refresh_out_of_time = "refresh_out_of_time", refresh_failures = "refresh_failed",
        refresh_errors          = "refresh_error", connections_ended = "connection_ended", warning_errors = "warning_error",
        sync_failures           = "sync_failed", messages_not_valid = "message_not_valid", events_not_published = "event_not_published",
        connection_near_its_end = "connection_near_its_end", authorizations_failed = "authorization_failed", syncs_not_requested = "sync_not_requested", messages_not_sent = "message_not_sent", sweeps_failed = "sweep_failed", schedule_failed = "schedule_failed",
      } : strcontains(google_monitoring_alert_policy.this[name].conditions[0].condition_threshold[0].filter, "metric.type=\"logging.googleapis.com/user/customer_access/${metric}\"")
    ])
    error_message = "Each alert watches its metric."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["sync_stuck"].conditions[0].condition_threshold[0].filter, "subscription/oldest_unacked_message_age\"") && strcontains(google_monitoring_alert_policy.this["sync_stuck"].conditions[0].condition_threshold[0].filter, "subscription_id=\"sync-users\"")
    error_message = "The age of the oldest waiting sync is watched."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["dead_letters"].conditions[0].condition_threshold[0].filter, "subscription/num_undelivered_messages\"") && strcontains(google_monitoring_alert_policy.this["dead_letters"].conditions[0].condition_threshold[0].filter, "subscription_id=\"sync-users-dead-letters\"")
    error_message = "Waiting dead letters are watched."
  }

  assert {
    condition     = alltrue([for service in ["customers", "refresh-tokens"] : strcontains(google_monitoring_alert_policy.this["function_errors"].conditions[0].condition_threshold[0].filter, "\"${service}\"")]) && google_monitoring_alert_policy.this["function_errors"].conditions[0].condition_threshold[0].aggregations[0].group_by_fields == tolist(["resource.label.service_name"])
    error_message = "Server errors are watched for each service separately."
  }
}

run "metrics" {
  command = apply

  assert {
    condition     = alltrue([for metric in google_logging_metric.event : alltrue([for service in ["webex-teams-oauth", "customers", "refresh-tokens", "sync-users"] : strcontains(metric.filter, "\"${service}\"")])])
    error_message = "Only lines of these services are counted, by their Cloud Run names."
  }

  assert {
    condition     = strcontains(google_logging_metric.event["connection_near_its_end"].filter, "jsonPayload.event=\"connection_expiring\" AND jsonPayload.days<=7")
    error_message = "Operators are alerted in a connection's last week."
  }

  assert {
    condition     = strcontains(google_logging_metric.event["authorization_failed"].filter, "NOT jsonPayload.code=~\"^webex_\"") && !strcontains(google_monitoring_alert_policy.this["function_errors"].conditions[0].condition_threshold[0].filter, "webex-teams-oauth")
    error_message = "Sign-ins of strangers while Webex is down alert nobody."
  }

  assert {
    condition     = length(setsubtract(flatten([for metric in google_logging_metric.event : keys(metric.label_extractors)]), ["code", "days", "ended"])) == 0
    error_message = "A label has few values: a customer's id in one makes a time series for each customer."
  }
}

run "dashboard" {
  command = apply

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this.dashboard_json).gridLayout.widgets) == 10
    error_message = "The dashboard shows refreshes, syncs, failures and traffic."
  }

  assert {
    condition = alltrue(flatten([
      for widget in jsondecode(google_monitoring_dashboard.this.dashboard_json).gridLayout.widgets : [
        for set in widget.xyChart.dataSets : strcontains(set.timeSeriesQuery.timeSeriesFilter.filter, "metric.type=") && strcontains(set.timeSeriesQuery.timeSeriesFilter.filter, "resource.type=")
      ]
    ]))
    error_message = "Every chart names a metric and a resource, because Monitoring refuses others."
  }
}

run "refuses_alerts_that_reach_nobody" {
  command = plan

  variables {
    notification_emails = []
  }

  expect_failures = [var.notification_channels]
}

run "takes_existing_channels" {
  command = apply

  variables {
    notification_emails   = []
    notification_channels = ["projects/access-test/notificationChannels/42"]
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.this : policy.notification_channels == tolist(["projects/access-test/notificationChannels/42"])])
    error_message = "Existing channels are notified."
  }
}

run "refuses_a_runbook_without_https" {
  command = plan

  variables {
    runbook_url = "docs/operations.md"
  }

  expect_failures = [var.runbook_url]
}
