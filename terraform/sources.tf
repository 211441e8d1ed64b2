# The functions' sources as npm run build made them, and the images that are built of them.

resource "google_storage_bucket" "sources" {
  project = var.project_id
  # Bucket names are the whole world's: with the region in it a second region can be set up while the first is gone.
  name                        = "${var.project_id}-src-${var.region}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  depends_on = [google_project_service.this]
}

# Named by content: the same source is never deployed twice, a changed one always is.
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

  # Wins over the deletion: the image in use and those to go back to stay.
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }

  depends_on = [google_project_service.this]
}
