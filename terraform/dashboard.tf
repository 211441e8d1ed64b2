# One screen that shows whether connections are refreshed, whether users are synced, and what fails.

locals {
  charts = [
    { title = "Connections refreshed, failed and ended, per hour", window = "3600s", series = [
      { legend = "refreshed", filter = local.counted.refreshed },
      { legend = "failed", filter = local.counted.refresh_failed },
      { legend = "our errors", filter = local.counted.refresh_error },
      { legend = "must authorize again", filter = local.counted.connection_ended },
    ] },
    { title = "Why refreshes fail", window = "3600s", series = [
      { legend = "$${metric.labels.code}", filter = local.counted.refresh_failed, group_by = ["metric.label.code"] },
    ] },
    { title = "Duration of refresh runs, ms (95th percentile)", window = "3600s", series = [
      { legend = "95 %", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.refresh_duration.name}\" AND resource.type=\"cloud_run_revision\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95" },
    ] },
    { title = "Connections that pass a mark, by days left", window = "3600s", series = [
      { legend = "$${metric.labels.days} days", filter = local.counted.connection_expiring, group_by = ["metric.label.days"] },
    ] },
    { title = "Syncs done and failed, per hour", window = "3600s", series = [
      { legend = "done", filter = local.counted.users_synced },
      { legend = "failed", filter = local.counted.sync_failed },
    ] },
    { title = "Age of the oldest waiting sync, seconds", window = "60s", series = [
      { legend = "sync-users", filter = local.alerts.sync_stuck.filter, aligner = "ALIGN_MAX", reducer = "REDUCE_MAX" },
    ] },
    { title = "Dead letters", window = "60s", series = [
      { legend = "waiting", filter = local.alerts.dead_letters.filter, aligner = "ALIGN_MAX", reducer = "REDUCE_MAX" },
    ] },
    { title = "Failed requests, by code", window = "300s", series = [
      { legend = "$${metric.labels.code}", filter = local.counted.request_failed, group_by = ["metric.label.code"] },
      { legend = "authorization: $${metric.labels.code}", filter = local.counted.authorization_failed, group_by = ["metric.label.code"] },
    ] },
    { title = "Requests per second, by service", window = "60s", series = [
      { legend = "$${resource.labels.service_name}", filter = local.requests, aligner = "ALIGN_RATE", group_by = ["resource.label.service_name"] },
    ] },
    { title = "Latency, by service (95th percentile)", window = "60s", series = [
      { legend = "$${resource.labels.service_name}", filter = replace(local.requests, "request_count", "request_latencies"), aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95", group_by = ["resource.label.service_name"] },
    ] },
  ]

  requests = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for name in values(local.service_names) : "\"${name}\""])})"
}

resource "google_monitoring_dashboard" "this" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = "Customer access"
    gridLayout = {
      columns = "2"
      widgets = [for chart in local.charts : {
        title = chart.title
        xyChart = {
          dataSets = [for series in chart.series : {
            plotType       = "LINE"
            targetAxis     = "Y1"
            legendTemplate = series.legend
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = series.filter
                aggregation = {
                  alignmentPeriod    = chart.window
                  perSeriesAligner   = try(series.aligner, "ALIGN_DELTA")
                  crossSeriesReducer = try(series.reducer, "REDUCE_SUM")
                  groupByFields      = try(series.group_by, [])
                }
              }
            }
          }]
        }
      }]
    }
  })
}
