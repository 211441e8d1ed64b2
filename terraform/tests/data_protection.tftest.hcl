# Protection of the data: against deletion and loss, against unlimited growth, and of the secrets.

mock_provider "google" {
  source = "./tests/mocks"
}

run "database" {
  command = apply

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.deletion_policy == "ABANDON"
    error_message = "The database cannot be deleted, not even by Terraform."
  }

  assert {
    condition     = google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "Any minute of the last seven days can be restored."
  }

  assert {
    condition     = google_firestore_database.this.type == "FIRESTORE_NATIVE"
    error_message = "The code uses Firestore in native mode."
  }

  assert {
    condition     = length(google_firestore_backup_schedule.daily.daily_recurrence) == 1 && google_firestore_backup_schedule.daily.retention == "604800s" && google_firestore_backup_schedule.daily.database == google_firestore_database.this.name
    error_message = "A backup a day, kept for a week."
  }

  assert {
    condition     = google_firestore_backup_schedule.weekly.weekly_recurrence[0].day == "SUNDAY" && google_firestore_backup_schedule.weekly.retention == "8467200s" && google_firestore_backup_schedule.weekly.database == google_firestore_database.this.name
    error_message = "A backup a week, kept for 14 weeks."
  }
}

run "time_to_live" {
  command = apply

  assert {
    condition = length(setsubtract(["users", "connect_links", "used_states", "idempotency", "events", "syncs", "held", "operations", "results"], [
      for field in google_firestore_field.this : field.collection if length(field.ttl_config) > 0 && field.field == "expireAt"
    ])) == 0
    error_message = "Tombstones, links, used states, idempotency keys, history and runs have a TTL policy."
  }

  assert {
    condition     = alltrue([for field in google_firestore_field.this : length(field.index_config[0].indexes) == 0 if length(field.ttl_config) > 0])
    error_message = "The TTL field has no index: an index on growing times is a hot spot (500 writes a second)."
  }
}

run "indexes" {
  command = apply

  assert {
    condition = length(setsubtract(["connections/grant.sealedAccessToken", "connections/grant.sealedRefreshToken", "roster/entries"], [
      for field in google_firestore_field.this : "${field.collection}/${field.field}" if length(field.index_config[0].indexes) == 0
    ])) == 0
    error_message = "Sealed tokens and rosters are in no index: no query uses them, and an index would contain a copy."
  }

  assert {
    condition = length(setsubtract([
      "connections ancestors:CONTAINS nameKey:ASCENDING",
      "connections ancestors:CONTAINS nameKey:DESCENDING",
      "connections ancestors:CONTAINS state:ASCENDING nameKey:ASCENDING",
      "connections ancestors:CONTAINS state:ASCENDING nameKey:DESCENDING",
    ], keys(google_firestore_index.this))) == 0
    error_message = "One composite index for each shape of the list of customers: by place, with and without state, in both orders."
  }

  assert {
    condition     = length(google_firestore_index.this) == length(local.indexes_file.indexes) && alltrue([for key, index in google_firestore_index.this : join(" ", concat([index.collection], [for field in index.fields : "${field.field_path}:${try(coalesce(field.order), field.array_config)}"])) == key && index.database == google_firestore_database.this.name])
    error_message = "Each index of firestore.indexes.json exists in the database that the functions use."
  }
}

run "secrets" {
  command = apply

  assert {
    condition     = toset([for secret in google_secret_manager_secret.this : secret.secret_id]) == toset(["sealing-keys", "webex-integration"])
    error_message = "The secrets have the names that the code reads."
  }

  assert {
    condition     = alltrue([for secret in google_secret_manager_secret.this : secret.deletion_protection && secret.version_destroy_ttl == "604800s"])
    error_message = "A secret cannot be deleted, and a destroyed version can be restored for a week: without the sealing keys every token is lost."
  }

  assert {
    condition     = alltrue([for secret in google_secret_manager_secret.this : length(secret.replication[0].auto) == 1])
    error_message = "Secrets stay readable when a region is lost."
  }

  assert {
    condition     = google_logging_project_bucket_config.default.bucket_id == "_Default" && google_logging_project_bucket_config.default.retention_days == 400
    error_message = "The log shows for more than a year who read a secret."
  }

  assert {
    condition     = alltrue([for type in ["DATA_READ", "DATA_WRITE"] : contains([for config in google_project_iam_audit_config.secrets.audit_log_config : config.log_type], type)])
    error_message = "Reading and adding a secret is logged."
  }
}
