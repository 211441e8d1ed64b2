# The scheduled jobs, and their permission to call.

mock_provider "google" {
  source = "./tests/mocks"
}

run "calls" {
  command = apply

  assert {
    condition = { for name, job in google_cloud_scheduler_job.this : name => job.http_target[0].uri } == {
      refresh-tokens = "https://refresh-tokens-x.a.run.app/"
      schedule-syncs = "https://refresh-tokens-x.a.run.app/sync"
    }
    error_message = "The jobs call / for refreshes and /sync for due syncs, at Cloud Run's own address, because internal ingress accepts no other."
  }

  assert {
    condition     = can(regex("^[0-9]+ \\* \\* \\* \\*$", google_cloud_scheduler_job.this["refresh-tokens"].schedule)) && google_cloud_scheduler_job.this["schedule-syncs"].schedule == "*/10 * * * *"
    error_message = "Refreshes run once an hour at a fixed minute, and due syncs are requested every ten minutes."
  }

  assert {
    condition     = alltrue([for job in google_cloud_scheduler_job.this : job.time_zone == "Etc/UTC" && job.http_target[0].http_method == "POST"])
    error_message = "Jobs use POST and a time zone without summer time."
  }

  assert {
    condition     = alltrue([for job in google_cloud_scheduler_job.this : job.http_target[0].oidc_token[0].service_account_email == google_service_account.scheduler.email && job.http_target[0].oidc_token[0].audience == "https://refresh-tokens-x.a.run.app"])
    error_message = "Cloud Scheduler sends an OIDC token for the service's address."
  }

  assert {
    condition     = alltrue([for job in google_cloud_scheduler_job.this : tonumber(trimsuffix(job.attempt_deadline, "s")) >= google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].timeout_seconds])
    error_message = "Cloud Scheduler waits as long as a run may take. Otherwise it counts a long run as failed and calls again."
  }
}
