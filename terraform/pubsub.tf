# The topics, and a push subscription for sync_users. A function's event trigger would create a subscription without dead letter topic,
# ack deadline and retention.

resource "google_pubsub_topic" "sync_users" {
  project = var.project_id
  name    = "sync-users"

  depends_on = [google_project_service.this]
}

# Events for the portal, as CloudEvents.
resource "google_pubsub_topic" "customer_events" {
  project = var.project_id
  name    = "customer-events"
  # A subscription that is created late or has failed can go back a week.
  message_retention_duration = "604800s"

  depends_on = [google_project_service.this]
}

resource "google_pubsub_topic_iam_member" "subscriber" {
  for_each = var.event_subscribers

  project = var.project_id
  topic   = google_pubsub_topic.customer_events.name
  role    = "roles/pubsub.subscriber"
  member  = each.value
}

resource "google_pubsub_topic" "dead_letters" {
  project = var.project_id
  name    = "sync-users-dead-letters"

  depends_on = [google_project_service.this]
}

# A dead letter topic without a subscription loses its messages.
resource "google_pubsub_subscription" "dead_letters" {
  project                    = var.project_id
  name                       = "sync-users-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  ack_deadline_seconds       = 60
  message_retention_duration = "1209600s" # 14 days to look at them.

  expiration_policy {
    ttl = "" # Never. By default a subscription without a pull is deleted after 31 days.
  }
}

resource "google_pubsub_subscription" "sync_users" {
  project                    = var.project_id
  name                       = "sync-users"
  topic                      = google_pubsub_topic.sync_users.id
  ack_deadline_seconds       = 600 # The maximum, and longer than the function's timeout.
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = ""
  }

  push_config {
    # functions-framework takes the topic in the CloudEvent's source from the end of this path.
    push_endpoint = "${google_cloudfunctions2_function.this["sync_users"].service_config[0].uri}/${google_pubsub_topic.sync_users.id}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = google_cloudfunctions2_function.this["sync_users"].service_config[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  # With this backoff about 16 hours: longer than most outages of Webex, and a message that can never succeed does not stay for ever.
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 100
  }

  depends_on = [
    google_cloud_run_v2_service_iam_member.invoker,
    google_pubsub_topic_iam_member.agent_publishes_dead_letters,
    google_service_account_iam_member.agent_signs_push,
  ]
}

# Pub/Sub's service agent moves the dead letters and signs the pushes.
locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic_iam_member" "agent_publishes_dead_letters" {
  project = var.project_id
  topic   = google_pubsub_topic.dead_letters.name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "agent_takes_dead_letters" {
  project      = var.project_id
  subscription = google_pubsub_subscription.sync_users.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

resource "google_service_account_iam_member" "agent_signs_push" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}
