# How the functions are deployed: the settings that the code needs at run time.

mock_provider "google" {
  source = "./tests/mocks"
}

run "runtime" {
  command = apply

  assert {
    condition     = toset(keys(google_cloudfunctions2_function.this)) == toset(["webex_teams_oauth", "customers", "refresh_tokens", "sync_users"])
    error_message = "The four functions of the repository are deployed, no other."
  }

  assert {
    condition     = alltrue([for name, function in google_cloudfunctions2_function.this : function.name == name && function.build_config[0].entry_point == name])
    error_message = "One name everywhere: deployed name, entry point and key are the same."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.build_config[0].runtime == "nodejs24"])
    error_message = "Functions run on nodejs24, which everything was tested with."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["NODE_COMPILE_CACHE"] == "/workspace/compile-cache"])
    error_message = "The function reads the compile cache that its build has filled."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["sync_users"].service_config[0].environment_variables["NODE_OPTIONS"] == "--max-old-space-size=160 --max-semi-space-size=4"
    error_message = "Without its memory flags V8 uses the instance's whole memory before it collects garbage."
  }

  assert {
    condition     = alltrue([for name in keys(local.functions) : google_storage_bucket_object.source[name].name == "${name}/${filesha256("tests/sources/${name}.zip")}.zip"])
    error_message = "A source is named by its content. Otherwise a changed one is not deployed."
  }

  assert {
    condition     = alltrue([for name, function in google_cloudfunctions2_function.this : function.build_config[0].source[0].storage_source[0].object == google_storage_bucket_object.source[name].name])
    error_message = "Each function is built from its own source."
  }
}

run "environment" {
  command = apply

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["NODE_ENV"] == "production"])
    error_message = "Without NODE_ENV=production functions-framework sends error messages to the client."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["OAUTH_URL"] == local.token_page_origin])
    error_message = "Every function knows the token page by its own origin (token_page.tftest.hcl)."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["CALLER_AUDIENCE"] == "https://us-central1-access-test.cloudfunctions.net/customers"])
    error_message = "CALLER_AUDIENCE is the address of customers."
  }

  assert {
    condition     = output.redirect_uri == "${google_cloudfunctions2_function.this["webex_teams_oauth"].service_config[0].environment_variables["OAUTH_URL"]}/callback"
    error_message = "The redirect URI to register is what the code sends to Webex: OAUTH_URL/callback."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["SYNC_TOPIC"] == google_pubsub_topic.sync_users.name && function.service_config[0].environment_variables["EVENTS_TOPIC"] == google_pubsub_topic.customer_events.name])
    error_message = "Functions publish to the topics that exist."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["FIRESTORE_DATABASE"] == google_firestore_database.this.name])
    error_message = "Functions use the database that is protected here."
  }

  assert {
    condition     = [for name, function in google_cloudfunctions2_function.this : name if can(function.service_config[0].environment_variables["CALLER_GRANTS"])] == ["customers"]
    error_message = "Only customers checks callers, so only it gets their grants."
  }

  assert {
    condition     = jsondecode(google_cloudfunctions2_function.this["customers"].service_config[0].environment_variables["CALLER_GRANTS"])[0] == { caller = "portal@access-test.iam.gserviceaccount.com", hierarchy = "sys", role = "administrator" }
    error_message = "CALLER_GRANTS is the JSON list that shared/config.ts parses."
  }
}

run "limits" {
  command = apply

  assert {
    condition     = google_cloudfunctions2_function.this["sync_users"].service_config[0].timeout_seconds < google_pubsub_subscription.sync_users.ack_deadline_seconds
    error_message = "The ack deadline is longer than the timeout. Otherwise a message is delivered again while its sync runs."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["refresh_tokens"].service_config[0].timeout_seconds == 1800
    error_message = "refresh_tokens works for 25 minutes and then needs time to finish running refreshes. Cloud Scheduler waits 30 minutes."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["sync_users"].service_config[0].max_instance_request_concurrency == 1 && google_cloudfunctions2_function.this["sync_users"].service_config[0].max_instance_count == var.sync_instances
    error_message = "One sync per instance, because of its memory, and at most sync_instances at the same time."
  }
}

run "sources_must_be_built" {
  command = plan

  variables {
    source_folder = "tests/mocks"
  }

  expect_failures = [var.source_folder]
}

run "refuses_a_zone_for_a_region" {
  command = plan

  variables {
    region = "us-central1-a"
  }

  expect_failures = [var.region]
}

run "refuses_an_api_url_with_a_slash_at_its_end" {
  command = plan

  variables {
    webex_api_url = "https://webexapis.com/v1/"
  }

  expect_failures = [var.webex_api_url]
}

run "refuses_scopes_that_cannot_sync" {
  command = plan

  variables {
    webex_scopes = ["spark-admin:licenses_read"]
  }

  expect_failures = [var.webex_scopes]
}
