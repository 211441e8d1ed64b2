# What runs by the clock: both jobs call refresh_tokens.

locals {
  jobs = {
    refresh-tokens = {
      description = "Renews the connections that are due."
      path        = "/"
      schedule    = "7 * * * *" # Off the full hour, when everybody's jobs start.
    }
    schedule-syncs = {
      description = "Asks for the data syncs that are due; the code spreads the customers over the day."
      path        = "/sync"
      schedule    = "*/10 * * * *" # A part of the day at a time; also takes up runs that were left lying (15 minutes).
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

  # The most that Scheduler offers: a run takes up nothing new after 25 minutes.
  attempt_deadline = "1800s"

  # Twice more within the hour; then the next hour's run is as good.
  retry_config {
    retry_count          = 2
    min_backoff_duration = "60s"
    max_backoff_duration = "300s"
  }

  http_target {
    http_method = "POST"
    # Internal ingress lets Scheduler in only through Cloud Run's own address.
    uri = "${google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].uri}${each.value.path}"

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].uri
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}
