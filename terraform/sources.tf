# The bundles of npm run build, and the images that are built from them.

resource "google_storage_bucket" "sources" {
  project = var.project_id
  # Bucket names are global. With the region in the name, a second region can be set up while the first is lost.
  name                        = "${var.project_id}-src-${var.region}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  depends_on = [google_project_service.this]
}

# Named by its content: an unchanged bundle is not deployed again, a changed one always is.
resource "google_storage_bucket_object" "source" {
  for_each = local.functions

  bucket = google_storage_bucket.sources.name
  name   = "${each.key}/${filesha256("${var.source_folder}/${each.key}.zip")}.zip"
  source = "${var.source_folder}/${each.key}.zip"
}

resource "google_artifact_registry_repository" "functions" {
  project       = var.project_id
  location      = var.region
  repository_id = "functions"
  format        = "DOCKER"

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }

  # KEEP wins over DELETE: the image in use and those for a rollback stay.
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }

  depends_on = [google_project_service.this]
}
