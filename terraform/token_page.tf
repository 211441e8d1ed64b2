# The token page's own origin. The page shows tokens, so it must not share an origin with anyone else's function: on
# cloudfunctions.net a function beside it could install a service worker that reads the page.

locals {
  # The deterministic address of the Cloud Run service is known before the deployment, so the function's own environment can contain it.
  token_page_origin = var.token_page_domain == null ? "https://webex-teams-oauth-${data.google_project.this.number}.${var.region}.run.app" : "https://${var.token_page_domain}"
  token_page_domain = var.token_page_domain == null ? toset([]) : toset([var.token_page_domain])
}

# All below exists only with token_page_domain: a load balancer with a certificate for the domain.

resource "google_compute_global_address" "token_page" {
  for_each = local.token_page_domain

  project = var.project_id
  name    = "webex-customer-access-token-page"

  depends_on = [google_project_service.this]
}

resource "google_compute_region_network_endpoint_group" "token_page" {
  for_each = local.token_page_domain

  project               = var.project_id
  region                = var.region
  name                  = "webex-customer-access-token-page"
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = basename(google_cloudfunctions2_function.this["webex_teams_oauth"].service_config[0].service)
  }
}

resource "google_compute_backend_service" "token_page" {
  for_each = local.token_page_domain

  project               = var.project_id
  name                  = "webex-customer-access-token-page"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"

  backend {
    group = google_compute_region_network_endpoint_group.token_page[each.key].id
  }
}

resource "google_compute_url_map" "token_page" {
  for_each = local.token_page_domain

  project         = var.project_id
  name            = "webex-customer-access-token-page"
  default_service = google_compute_backend_service.token_page[each.key].id
}

resource "google_compute_managed_ssl_certificate" "token_page" {
  for_each = local.token_page_domain

  project = var.project_id
  # A certificate cannot change its domain: another domain needs another name.
  name = "token-page-${substr(sha256(each.key), 0, 8)}"

  managed {
    domains = [each.key]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_target_https_proxy" "token_page" {
  for_each = local.token_page_domain

  project          = var.project_id
  name             = "webex-customer-access-token-page"
  url_map          = google_compute_url_map.token_page[each.key].id
  ssl_certificates = [google_compute_managed_ssl_certificate.token_page[each.key].id]
}

# Only HTTPS: without a listener on port 80 nobody can answer a first request over plain HTTP in place of the page.
resource "google_compute_global_forwarding_rule" "token_page" {
  for_each = local.token_page_domain

  project               = var.project_id
  name                  = "webex-customer-access-token-page"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.token_page[each.key].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.token_page[each.key].id
}
