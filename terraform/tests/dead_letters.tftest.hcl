# No sync is lost: its message is pushed, retried, then kept as a dead letter.

mock_provider "google" {
  source = "./tests/mocks"
}

run "push" {
  command = apply

  assert {
    condition     = google_pubsub_subscription.sync_users.topic == google_pubsub_topic.sync_users.id && google_pubsub_subscription.sync_users.push_config[0].push_endpoint == "https://sync-users-x.a.run.app/projects/access-test/topics/sync-users"
    error_message = "The push endpoint is the service's address with the topic's path, from which functions-framework takes the CloudEvent's source."
  }

  assert {
    condition     = google_pubsub_subscription.sync_users.push_config[0].oidc_token[0].service_account_email == google_service_account.push.email && google_pubsub_subscription.sync_users.push_config[0].oidc_token[0].audience == "https://sync-users-x.a.run.app"
    error_message = "Pushes carry an OIDC token of the push account for the service's address."
  }

  assert {
    condition     = google_pubsub_subscription.sync_users.ack_deadline_seconds == 600 && google_pubsub_subscription.sync_users.expiration_policy[0].ttl == ""
    error_message = "The longest ack deadline, and a subscription that never expires."
  }

  assert {
    condition     = google_pubsub_subscription.sync_users.retry_policy[0].minimum_backoff == "10s" && google_pubsub_subscription.sync_users.retry_policy[0].maximum_backoff == "600s"
    error_message = "Retries back off. Without a retry policy Pub/Sub pushes again at once."
  }
}

run "dead_letters" {
  command = apply

  assert {
    condition     = length(google_pubsub_subscription.sync_users.dead_letter_policy) == 1 && google_pubsub_subscription.sync_users.dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.dead_letters.id && google_pubsub_subscription.sync_users.dead_letter_policy[0].max_delivery_attempts == 100
    error_message = "A message that fails 100 times goes to the dead letter topic."
  }

  assert {
    condition     = google_pubsub_subscription.dead_letters.topic == google_pubsub_topic.dead_letters.id && length(google_pubsub_subscription.dead_letters.push_config) == 0
    error_message = "Dead letters wait in a pull subscription. A topic without a subscription drops them."
  }

  assert {
    condition     = google_pubsub_subscription.dead_letters.message_retention_duration == "1209600s" && google_pubsub_subscription.dead_letters.expiration_policy[0].ttl == ""
    error_message = "Dead letters wait for 14 days, and their subscription never expires."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.agent_publishes_dead_letters.topic == google_pubsub_topic.dead_letters.name && google_pubsub_topic_iam_member.agent_publishes_dead_letters.role == "roles/pubsub.publisher" && google_pubsub_topic_iam_member.agent_publishes_dead_letters.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Without this role Pub/Sub never moves a dead letter, and reports nothing."
  }

  assert {
    condition     = google_pubsub_subscription_iam_member.agent_takes_dead_letters.subscription == google_pubsub_subscription.sync_users.name && google_pubsub_subscription_iam_member.agent_takes_dead_letters.role == "roles/pubsub.subscriber" && google_pubsub_subscription_iam_member.agent_takes_dead_letters.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Without this role a moved dead letter is pushed for ever."
  }

  assert {
    condition     = google_pubsub_topic.customer_events.message_retention_duration == "604800s"
    error_message = "The portal can go back a week in customer-events."
  }
}
