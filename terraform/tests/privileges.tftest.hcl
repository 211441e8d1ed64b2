# The roles of each account.

mock_provider "google" {
  source = "./tests/mocks"
}

run "seven_accounts" {
  command = apply

  assert {
    condition     = alltrue([for name, function in google_cloudfunctions2_function.this : function.service_config[0].service_account_email == google_service_account.function[name].email])
    error_message = "Each function runs as its own account."
  }

  assert {
    condition = length(distinct(concat(
      [for function in google_cloudfunctions2_function.this : function.service_config[0].service_account_email],
      [google_service_account.build.email, google_service_account.scheduler.email, google_service_account.push.email],
    ))) == 7
    error_message = "Seven accounts, none shared: four functions, build, Cloud Scheduler, push."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.build_config[0].service_account == google_service_account.build.id])
    error_message = "Builds run as the build account, not as Compute Engine's default account."
  }
}

run "firestore" {
  command = apply

  assert {
    condition     = alltrue([for name, member in google_project_iam_member.function_uses_firestore : member.role == "roles/datastore.user" && member.member == google_service_account.function[name].member])
    error_message = "A function reads and writes documents, and does not administer the database."
  }

  assert {
    condition     = alltrue([for member in google_project_iam_member.function_uses_firestore : member.condition[0].expression == "resource.name == \"projects/access-test/databases/(default)\""])
    error_message = "A function can use this database only."
  }
}

run "secrets" {
  command = apply

  assert {
    condition = toset([for member in google_secret_manager_secret_iam_member.function : "${member.member} ${member.secret_id}"]) == toset(flatten([
      for account in google_service_account.function : ["${account.member} sealing-keys", "${account.member} webex-integration"]
    ]))
    error_message = "Each function reads both secrets, by roles on the secrets themselves."
  }

  assert {
    condition     = alltrue([for member in google_secret_manager_secret_iam_member.function : member.role == "roles/secretmanager.secretAccessor"])
    error_message = "Functions read secrets; only operators add versions."
  }
}

run "topics" {
  command = apply

  assert {
    condition = toset([for member in google_pubsub_topic_iam_member.function : "${member.member} ${member.topic}"]) == toset(flatten([
      for account in google_service_account.function : ["${account.member} sync-users", "${account.member} customer-events"]
    ]))
    error_message = "Each function publishes to both topics, and to no other."
  }

  assert {
    condition     = alltrue([for member in google_pubsub_topic_iam_member.function : member.role == "roles/pubsub.publisher"])
    error_message = "Functions publish messages and never pull them."
  }

  assert {
    condition     = [for member in google_pubsub_topic_iam_member.subscriber : "${member.role} ${member.topic} ${member.member}"] == ["roles/pubsub.subscriber customer-events serviceAccount:portal@access-test.iam.gserviceaccount.com"]
    error_message = "The portal attaches to customer-events only."
  }
}

run "build" {
  command = apply

  assert {
    condition     = google_project_iam_member.build_reads_sources.role == "roles/storage.objectViewer" && strcontains(google_project_iam_member.build_reads_sources.condition[0].expression, "projects/_/buckets/gcf-v2-sources-123456789012-us-central1") && strcontains(google_project_iam_member.build_reads_sources.condition[0].expression, "projects/_/buckets/access-test-src-us-central1")
    error_message = "The build reads the functions' sources and no other bucket."
  }

  assert {
    condition     = google_artifact_registry_repository_iam_member.build.role == "roles/artifactregistry.writer" && google_artifact_registry_repository_iam_member.build.member == google_service_account.build.member
    error_message = "The build writes images to its repository only."
  }
}

run "pubsub_agent" {
  command = apply

  assert {
    condition     = google_service_account_iam_member.agent_signs_push.service_account_id == google_service_account.push.name && google_service_account_iam_member.agent_signs_push.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub signs tokens of the push account and of no other."
  }
}
