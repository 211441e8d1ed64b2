# Seven service accounts, one for each actor, and what each may do.

resource "google_service_account" "function" {
  for_each = local.functions

  project      = var.project_id
  account_id   = replace(each.key, "_", "-")
  display_name = "Function ${each.key}"
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "function-build"
  display_name = "Builds the functions"
}

resource "google_service_account" "scheduler" {
  project      = var.project_id
  account_id   = "refresh-tokens-scheduler"
  display_name = "Cloud Scheduler calls refresh_tokens"
}

resource "google_service_account" "push" {
  project      = var.project_id
  account_id   = "sync-users-push"
  display_name = "Pub/Sub pushes to sync_users"
}

# Firestore's roles cannot be limited to a collection. The condition limits them to this database.
resource "google_project_iam_member" "function_uses_firestore" {
  for_each = local.functions

  project = var.project_id
  role    = "roles/datastore.user"
  member  = google_service_account.function[each.key].member

  condition {
    title      = "only-this-database"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.this.name}\""
  }
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = merge([
    for name, function in local.functions : { for secret in function.secrets : "${name}/${secret}" => { function = name, secret = secret } }
  ]...)

  project   = var.project_id
  secret_id = google_secret_manager_secret.this[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.function].member
}

resource "google_pubsub_topic_iam_member" "function" {
  for_each = merge([
    for name, function in local.functions : { for topic in function.publishes : "${name}/${topic}" => { function = name, topic = topic } }
  ]...)

  project = var.project_id
  topic   = { sync-users = google_pubsub_topic.sync_users.name, customer-events = google_pubsub_topic.customer_events.name }[each.value.topic]
  role    = "roles/pubsub.publisher"
  member  = google_service_account.function[each.value.function].member
}

# The build reads the copy of the source that Cloud Functions keeps in a bucket of its own. That bucket does not exist before the first build.
resource "google_project_iam_member" "build_reads_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "only-function-sources"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\") || resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.sources.name}\")"
  }
}

resource "google_project_iam_member" "build_writes_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.functions.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
