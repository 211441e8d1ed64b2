# Which function can be reached from where. Only the token page is public.

mock_provider "google" {
  source = "./tests/mocks"
}

run "invokers" {
  command = apply

  assert {
    condition = { for member in google_cloud_run_v2_service_iam_member.invoker : member.name => member.member } == {
      webex-teams-oauth = "allUsers"
      customers         = "serviceAccount:portal@access-test.iam.gserviceaccount.com"
      refresh-tokens    = google_service_account.scheduler.member
      sync-users        = google_service_account.push.member
    }
    error_message = "Everybody may call the token page, the portal customers, Cloud Scheduler refresh_tokens, the push account sync_users. Cloud Run names the services with dashes."
  }

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.invoker) == 4 && alltrue([for member in google_cloud_run_v2_service_iam_member.invoker : member.role == "roles/run.invoker" && member.location == "us-central1"])
    error_message = "One invoker per service, with the role that can only call."
  }
}

run "ingress" {
  command = apply

  assert {
    condition     = [for name in ["refresh_tokens", "sync_users"] : google_cloudfunctions2_function.this[name].service_config[0].ingress_settings] == ["ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_ONLY"]
    error_message = "Functions that only Google's own services call cannot be reached from the internet."
  }

  assert {
    condition     = [for name in ["webex_teams_oauth", "customers"] : google_cloudfunctions2_function.this[name].service_config[0].ingress_settings] == ["ALLOW_ALL", "ALLOW_ALL"]
    error_message = "Browsers and the portal come from outside."
  }

  assert {
    condition     = google_storage_bucket.sources.public_access_prevention == "enforced" && google_storage_bucket.sources.uniform_bucket_level_access
    error_message = "The sources cannot be made public."
  }
}

run "refuses_a_public_api" {
  command = plan

  variables {
    customers_invokers = ["allUsers"]
  }

  expect_failures = [var.customers_invokers]
}

run "refuses_an_api_for_everybody_with_an_account" {
  command = plan

  variables {
    customers_invokers = ["serviceAccount:portal@access-test.iam.gserviceaccount.com", "allAuthenticatedUsers"]
  }

  expect_failures = [var.customers_invokers]
}

run "refuses_public_events" {
  command = plan

  variables {
    event_subscribers = ["allUsers"]
  }

  expect_failures = [var.event_subscribers]
}

run "refuses_a_role_that_the_code_does_not_know" {
  command = plan

  variables {
    caller_grants = [{ caller = "portal@access-test.iam.gserviceaccount.com", hierarchy = "sys", role = "owner" }]
  }

  expect_failures = [var.caller_grants]
}

run "refuses_a_caller_written_as_a_member" {
  command = plan

  variables {
    caller_grants = [{ caller = "serviceAccount:portal@access-test.iam.gserviceaccount.com", hierarchy = "sys", role = "reader" }]
  }

  expect_failures = [var.caller_grants]
}
