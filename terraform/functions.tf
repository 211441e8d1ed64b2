# The four functions. Everything that a function is and may do reads on its own lines of locals.functions.

locals {
  # Known before anything is deployed, so a function can be given its own address without a cycle.
  urls = { for name in ["webex_teams_oauth", "customers"] : name => "https://${var.region}-${var.project_id}.cloudfunctions.net/${name}" }

  functions = {
    webex_teams_oauth = {
      description = "Token page, OAuth callback and connect links."
      ingress     = "ALLOW_ALL"
      invokers    = { public = "allUsers" } # A browser has no Google identity. The only public function.
      secrets     = ["sealing-keys", "webex-integration"]
      publishes   = ["customer-events", "sync-users"]
      private     = false # Talks to Webex before a customer's proxy is known.
      seconds     = 60
      memory      = "512Mi"
      concurrency = 40
      instances   = 10
      environment = {}
    }
    customers = {
      description = "Customer records and the actions on them, for the portal."
      ingress     = "ALLOW_ALL" # The portal may run anywhere; its Google-signed token is checked by IAM, then by the code.
      invokers    = { for member in var.customers_invokers : member => member }
      secrets     = ["sealing-keys", "webex-integration"]
      publishes   = ["customer-events", "sync-users"]
      private     = true
      seconds     = 180 # Waits out another process's lease (90 s), then renews itself.
      memory      = "512Mi"
      concurrency = 40
      instances   = 20
      environment = { CALLER_GRANTS = jsonencode(var.caller_grants) }
    }
    refresh_tokens = {
      description = "Renews every connection that is due, and asks for the data syncs that are due."
      ingress     = "ALLOW_INTERNAL_ONLY"
      invokers    = { scheduler = google_service_account.scheduler.member }
      secrets     = ["sealing-keys", "webex-integration"]
      publishes   = ["customer-events", "sync-users"]
      private     = true
      seconds     = 1800 # Takes up nothing new after 25 minutes; Scheduler waits 30 at most.
      memory      = "512Mi"
      concurrency = 4
      instances   = 2 # A run more at the same time is harmless (leases), and of no use.
      environment = { REFRESH_CONCURRENCY = tostring(var.refresh_concurrency) }
    }
    sync_users = {
      description = "Makes a customer's stored users match its Webex organization."
      ingress     = "ALLOW_INTERNAL_ONLY"
      invokers    = { push = google_service_account.push.member }
      secrets     = ["sealing-keys", "webex-integration"] # Renews the token on a 401.
      publishes   = ["customer-events", "sync-users"]     # Continues a long run by a new message.
      private     = true
      seconds     = 540
      memory      = "512Mi"
      concurrency = 1 # A sync of 300,000 people has the instance's memory to itself.
      instances   = var.sync_instances
      environment = {
        PAGE_SIZE    = tostring(var.page_size)
        NODE_OPTIONS = "--max-old-space-size=160 --max-semi-space-size=4" # As measured: 300,000 people stay below 256 MiB.
      }
    }
  }

  # Read by every function: each parses the whole configuration (shared/config.ts).
  environment = {
    NODE_ENV             = "production"               # Without it functions-framework sends error messages to the client.
    NODE_COMPILE_CACHE   = "/workspace/compile-cache" # Filled by the build; /workspace is where the platform unpacks a zip.
    GOOGLE_CLOUD_PROJECT = var.project_id
    FIRESTORE_DATABASE   = google_firestore_database.this.name
    CALLER_AUDIENCE      = local.urls.customers
    OAUTH_URL            = local.urls.webex_teams_oauth
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
    # The zip holds a finished bundle: the build installs the framework and runs gcp-build, which fills the compile cache.

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
    available_cpu                    = "1" # Below one CPU an instance takes one request at a time.
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

  # Without these an instance could start before it may read, write and publish.
  depends_on = [
    google_project_iam_member.build_reads_sources,
    google_project_iam_member.build_writes_logs,
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.function_uses_firestore,
    google_secret_manager_secret_iam_member.function,
    google_pubsub_topic_iam_member.function,
  ]
}
