# Only for customers' proxies with private addresses: a route to those proxies and to no other private address.

locals {
  private     = { for name, function in local.functions : name => function.private && var.private_network != null }
  network_tag = "webex-customer-access"
  network     = one(concat(google_compute_network.functions[*].id, compact([try(var.private_network.network, null)])))
}

resource "google_compute_network" "functions" {
  count = var.private_network != null && try(var.private_network.network, null) == null ? 1 : 0

  project                 = var.project_id
  name                    = "webex-customer-access"
  auto_create_subnetworks = false

  depends_on = [google_project_service.this]
}

resource "google_compute_subnetwork" "functions" {
  count = var.private_network != null ? 1 : 0

  project                  = var.project_id
  region                   = var.region
  name                     = "webex-customer-access"
  network                  = local.network
  ip_cidr_range            = var.private_network.subnet_cidr
  private_ip_google_access = true
}

# The proxy's address comes from the customer's record, so anyone who may edit the record chooses it. These rules keep a wrong or hostile
# address from reaching anything else in the network.
resource "google_compute_firewall" "allow_proxy" {
  for_each = { for proxy in try(var.private_network.proxies, []) : "${replace(proxy.address, ".", "-")}-${proxy.port}" => proxy }

  project            = var.project_id
  name               = "webex-customer-access-proxy-${each.key}"
  network            = local.network
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = ["${each.value.address}/32"]
  target_tags        = [local.network_tag]

  allow {
    protocol = "tcp"
    ports    = [tostring(each.value.port)]
  }
}

resource "google_compute_firewall" "deny_other" {
  count = var.private_network != null ? 1 : 0

  project   = var.project_id
  name      = "webex-customer-access-deny-other"
  network   = local.network
  direction = "EGRESS"
  priority  = 65000
  # Only traffic to private ranges enters the network today. The rule covers everything, in case that changes.
  destination_ranges = ["0.0.0.0/0"]
  target_tags        = [local.network_tag]

  deny {
    protocol = "all"
  }
}
