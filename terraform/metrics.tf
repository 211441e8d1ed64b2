# Metrics that count log lines. The events are those of log.info, log.warn and log.error in the code; a test compares the names.

locals {
  service_names = { for name in keys(local.functions) : name => basename(google_cloudfunctions2_function.this[name].service_config[0].service) }

  # Excludes other services of the project that log the same event.
  function_logs = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in values(local.service_names) : "\"${name}\""])})"

  # metric → the event that it counts, the fields that become labels, and a filter of the lines (`only`)
  events = {
    refresh_run             = { event = "refresh_run", labels = ["ended"] }
    refresh_out_of_time     = { event = "refresh_run", labels = [], only = "jsonPayload.ended=\"out_of_time\"" }
    refreshed               = { event = "refreshed", labels = [] }
    refresh_failed          = { event = "refresh_failed", labels = ["code"] }
    refresh_error           = { event = "refresh_error", labels = ["code"] }
    fleet_refused           = { event = "fleet_refused", labels = [] }
    fleet_refused_long      = { event = "fleet_refused_long", labels = [] }
    pending_grant_error     = { event = "pending_grant_error", labels = ["code"] }
    connection_expiring     = { event = "connection_expiring", labels = ["days"] }
    connection_near_its_end = { event = "connection_expiring", labels = [], only = "jsonPayload.days<=7" }
    connection_ended        = { event = "connection_ended", labels = [] }
    warning_error           = { event = "warning_error", labels = ["code"] }
    users_synced            = { event = "users_synced", labels = [] }
    sync_failed             = { event = "sync_failed", labels = ["code"] }
    syncs_requested         = { event = "syncs_requested", labels = ["ended"] }
    sync_not_requested      = { event = "sync_not_requested", labels = ["code"] }
    message_not_sent        = { event = "message_not_sent", labels = ["code"] }
    sweep_failed            = { event = "sweep_failed", labels = ["code"] }
    message_not_valid       = { event = "message_not_valid", labels = [] }
    event_not_published     = { event = "event_not_published", labels = ["code"] }
    authorization_failed    = { event = "authorization_failed", labels = ["code"], only = "NOT jsonPayload.code=~\"^webex_\"" } # Anybody can start sign-ins while Webex is down.
    request_failed          = { event = "request_failed", labels = ["code"] }
  }
}

resource "google_logging_metric" "event" {
  for_each = local.events

  project     = var.project_id
  name        = "customer_access/${each.key}"
  description = "Lines of the event ${each.value.event}."
  filter      = join(" AND ", compact([local.function_logs, "jsonPayload.event=\"${each.value.event}\"", try(each.value.only, "")]))

  # Never a customer's id, because every value of a label becomes a time series.
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }
}

resource "google_logging_metric" "refresh_duration" {
  project         = var.project_id
  name            = "customer_access/refresh_duration"
  description     = "Duration of a run of refresh_tokens."
  filter          = "${local.function_logs} AND jsonPayload.event=\"refresh_run\""
  value_extractor = "EXTRACT(jsonPayload.durationMs)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "ms"
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 24 # from 100 ms to 28 minutes
      growth_factor      = 1.5
      scale              = 100
    }
  }
}

# Cloud Scheduler reports a failed call only in its log.
resource "google_logging_metric" "schedule_failed" {
  project     = var.project_id
  name        = "customer_access/schedule_failed"
  description = "Calls of Cloud Scheduler that failed."
  filter      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=(${join(" OR ", [for job in keys(local.jobs) : "\"${job}\""])}) AND severity>=ERROR"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }
}
