# The secrets without their values. Operators add the versions (docs/operations.md), so the state never contains a value.

resource "google_secret_manager_secret" "this" {
  for_each = {
    sealing-keys      = "JWK set that seals the tokens; npm run keys:init creates it."
    webex-integration = "Client id and client secrets of the integration registered at Webex."
  }

  project     = var.project_id
  secret_id   = each.key
  annotations = { purpose = each.value }

  # Without the sealing keys every stored token is lost.
  deletion_protection = true
  # A version that was destroyed by mistake can be restored for a week.
  version_destroy_ttl = "604800s"

  # Replicated automatically, so readable when one region is lost.
  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

# By default logs are kept for 30 days. A leak may be discovered later.
resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = 400

  depends_on = [google_project_service.this]
}

# The audit log of reads of secrets. It stays small, because the functions cache values for minutes.
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
