# The scheduled jobs. Both call refresh_tokens.

locals {
  jobs = {
    refresh-tokens = {
      description = "Refreshes the connections that are due."
      path        = "/"
      schedule    = "7 * * * *" # Not at the full hour, when most jobs of the region start.
    }
    schedule-syncs = {
      description = "Requests the syncs that are due. The code spreads the customers over the day."
      path        = "/sync"
      schedule    = "*/10 * * * *" # Often, because it also sends new messages for runs without progress for 15 minutes.
    }
  }
}

resource "google_cloud_scheduler_job" "this" {
  for_each = local.jobs

  project     = var.project_id
  region      = var.region
  name        = each.key
  description = each.value.description
  schedule    = each.value.schedule
  time_zone   = "Etc/UTC"

  # The maximum of Cloud Scheduler. A run starts nothing new after 25 minutes.
  attempt_deadline = "1800s"

  # Two retries within the hour. After that the next run does the same work.
  retry_config {
    retry_count          = 2
    min_backoff_duration = "60s"
    max_backoff_duration = "300s"
  }

  http_target {
    http_method = "POST"
    # Internal ingress accepts Cloud Scheduler only at Cloud Run's own address.
    uri = "${google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].uri}${each.value.path}"

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].uri
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}
