# The secrets without their values: no version is made here, so no value is ever in the state (docs/operations.md adds them).

resource "google_secret_manager_secret" "this" {
  for_each = {
    sealing-keys      = "JWK set that seals the tokens; npm run keys:init makes it."
    webex-integration = "Client id and client secrets of the integration registered at Webex."
  }

  project     = var.project_id
  secret_id   = each.key
  annotations = { purpose = each.value }

  # Without the sealing keys every stored token is lost.
  deletion_protection = true
  # A version that was destroyed by mistake can be brought back for a week.
  version_destroy_ttl = "604800s"

  # No place of its own: readable while any region lives.
  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

# By default logs are kept for 30 days, and a leak may be found later than that.
resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = 400

  depends_on = [google_project_service.this]
}

# Who read which secret when. The functions keep values for minutes, so the log stays small.
resource "google_project_iam_audit_config" "secrets" {
  project = var.project_id
  service = "secretmanager.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
