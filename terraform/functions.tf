# The four functions. locals.functions shows on each function's own lines what it is and what it may do.

locals {
  # Known before the deployment, so the function's own environment can contain it without a cycle.
  customers_url = "https://${var.region}-${var.project_id}.cloudfunctions.net/customers"

  functions = {
    webex_teams_oauth = {
      description = "Token page, OAuth callback and connect links."
      ingress     = "ALLOW_ALL"
      invokers    = { public = "allUsers" } # A browser has no Google identity. The only public function.
      secrets     = ["sealing-keys", "webex-integration"]
      publishes   = ["customer-events", "sync-users"]
      private     = false # It calls Webex before it knows a customer's proxy.
      seconds     = 120   # A sign-in exchanges a code and asks who consented; each may wait for Webex.
      memory      = "512Mi"
      concurrency = 40
      instances   = 10
      environment = {}
    }
    customers = {
      description = "Customer records and the actions on them, for the portal."
      ingress     = "ALLOW_ALL" # The portal may run anywhere. IAM verifies its Google-signed token, then the code does.
      invokers    = { for member in var.customers_invokers : member => member }
      secrets     = ["sealing-keys", "webex-integration"]
      publishes   = ["customer-events", "sync-users"]
      private     = true
      seconds     = 180 # Waits until another process's lease ends (90 s), then refreshes.
      memory      = "512Mi"
      concurrency = 40
      instances   = 20
      environment = { CALLER_GRANTS = jsonencode(var.caller_grants) }
    }
    refresh_tokens = {
      description = "Refreshes the connections that are due, and requests the syncs that are due."
      ingress     = "ALLOW_INTERNAL_ONLY"
      invokers    = { scheduler = google_service_account.scheduler.member }
      secrets     = ["sealing-keys", "webex-integration"]
      publishes   = ["customer-events", "sync-users"]
      private     = true
      seconds     = 1800 # Starts nothing new after 25 minutes; Cloud Scheduler waits 30 minutes at most.
      memory      = "512Mi"
      concurrency = 4
      instances   = 2 # Leases make a second run at the same time harmless, but it helps nothing.
      environment = { REFRESH_CONCURRENCY = tostring(var.refresh_concurrency) }
    }
    sync_users = {
      description = "Makes a customer's stored users match its Webex organization."
      ingress     = "ALLOW_INTERNAL_ONLY"
      invokers    = { push = google_service_account.push.member }
      secrets     = ["sealing-keys", "webex-integration"] # Refreshes the token after a 401.
      publishes   = ["customer-events", "sync-users"]     # Continues a long run with a new message.
      private     = true
      seconds     = 540
      memory      = "512Mi"
      concurrency = 1 # A sync of 300,000 people needs the whole memory of its instance.
      instances   = var.sync_instances
      environment = {
        PAGE_SIZE    = tostring(var.page_size)
        NODE_OPTIONS = "--max-old-space-size=160 --max-semi-space-size=4" # With these, 300,000 people were measured to stay below 256 MiB.
      }
    }
  }

  # For every function: each parses the whole configuration (shared/config.ts).
  environment = {
    NODE_ENV             = "production"               # Otherwise functions-framework sends error messages to the client.
    NODE_COMPILE_CACHE   = "/workspace/compile-cache" # The build fills it. The platform unpacks a zip into /workspace.
    GOOGLE_CLOUD_PROJECT = var.project_id
    FIRESTORE_DATABASE   = google_firestore_database.this.name
    CALLER_AUDIENCE      = local.customers_url
    OAUTH_URL            = local.token_page_origin
    PORTAL_NAME          = var.portal_name
    WEBEX_API_URL        = var.webex_api_url
    WEBEX_SCOPES         = join(" ", var.webex_scopes)
    SYNC_TOPIC           = google_pubsub_topic.sync_users.name
    EVENTS_TOPIC         = google_pubsub_topic.customer_events.name
  }
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  project     = var.project_id
  location    = var.region
  name        = each.key
  description = each.value.description

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.functions.id
    # The zip contains a finished bundle. The build installs the framework and runs gcp-build, which fills the compile cache.

    source {
      storage_source {
        bucket = google_storage_bucket.sources.name
        object = google_storage_bucket_object.source[each.key].name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.function[each.key].email
    ingress_settings                 = each.value.ingress
    timeout_seconds                  = each.value.seconds
    available_memory                 = each.value.memory
    available_cpu                    = "1" # With less than one CPU an instance handles one request at a time.
    max_instance_request_concurrency = each.value.concurrency
    max_instance_count               = each.value.instances
    min_instance_count               = 0
    all_traffic_on_latest_revision   = true
    environment_variables            = merge(local.environment, each.value.environment)

    direct_vpc_egress = local.private[each.key] ? "VPC_EGRESS_PRIVATE_RANGES_ONLY" : null

    dynamic "direct_vpc_network_interface" {
      for_each = local.private[each.key] ? [var.private_network] : []
      content {
        network    = local.network
        subnetwork = google_compute_subnetwork.functions[0].id
        tags       = [local.network_tag]
      }
    }
  }

  # Otherwise an instance could start before it may read, write and publish.
  depends_on = [
    google_project_iam_member.build_reads_sources,
    google_project_iam_member.build_writes_logs,
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.function_uses_firestore,
    google_secret_manager_secret_iam_member.function,
    google_pubsub_topic_iam_member.function,
  ]
}
