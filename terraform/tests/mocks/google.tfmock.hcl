# What Google would answer, so far as another resource uses it: numbers, addresses, full names.

mock_data "google_project" {
  defaults = {
    number = "123456789012"
  }
}

override_resource {
  target = google_cloudfunctions2_function.this["webex_teams_oauth"]
  values = {
    service_config = {
      service = "projects/access-test/locations/us-central1/services/webex-teams-oauth"
      uri     = "https://webex-teams-oauth-x.a.run.app"
    }
  }
}

override_resource {
  target = google_cloudfunctions2_function.this["customers"]
  values = {
    service_config = {
      service = "projects/access-test/locations/us-central1/services/customers"
      uri     = "https://customers-x.a.run.app"
    }
  }
}

override_resource {
  target = google_cloudfunctions2_function.this["refresh_tokens"]
  values = {
    service_config = {
      service = "projects/access-test/locations/us-central1/services/refresh-tokens"
      uri     = "https://refresh-tokens-x.a.run.app"
    }
  }
}

override_resource {
  target = google_cloudfunctions2_function.this["sync_users"]
  values = {
    service_config = {
      service = "projects/access-test/locations/us-central1/services/sync-users"
      uri     = "https://sync-users-x.a.run.app"
    }
  }
}

override_resource {
  target = google_pubsub_topic.sync_users
  values = { id = "projects/access-test/topics/sync-users" }
}

override_resource {
  target = google_pubsub_topic.customer_events
  values = { id = "projects/access-test/topics/customer-events" }
}

override_resource {
  target = google_pubsub_topic.dead_letters
  values = { id = "projects/access-test/topics/sync-users-dead-letters" }
}
