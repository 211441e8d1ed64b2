# The optional route to customers' private proxies, and to nothing else.

mock_provider "google" {
  source = "./tests/mocks"
}

run "none_by_default" {
  command = apply

  assert {
    condition     = length(google_compute_network.functions) + length(google_compute_subnetwork.functions) + length(google_compute_firewall.deny_other) + length(google_compute_firewall.allow_proxy) == 0
    error_message = "Without private_network there is no network."
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : length(function.service_config[0].direct_vpc_network_interface) == 0])
    error_message = "Without private_network no function is in a network."
  }
}

run "proxies_only" {
  command = apply

  variables {
    private_network = {
      subnet_cidr = "10.8.0.0/24"
      proxies     = [{ address = "10.10.10.10", port = 8123 }, { address = "10.10.10.11", port = 3128 }]
    }
  }

  assert {
    condition     = [for name, function in google_cloudfunctions2_function.this : name if length(function.service_config[0].direct_vpc_network_interface) == 1] == ["customers", "refresh_tokens", "sync_users"]
    error_message = "The functions that use customers' proxies are in the network; the public one is not."
  }

  assert {
    condition = alltrue([
      for name in ["customers", "refresh_tokens", "sync_users"] :
      google_cloudfunctions2_function.this[name].service_config[0].direct_vpc_egress == "VPC_EGRESS_PRIVATE_RANGES_ONLY" && google_cloudfunctions2_function.this[name].service_config[0].direct_vpc_network_interface[0].subnetwork == google_compute_subnetwork.functions[0].id
    ])
    error_message = "Only traffic to private ranges goes through the network. Webex and Google are reached directly."
  }

  assert {
    condition = alltrue([
      for name in ["customers", "refresh_tokens", "sync_users"] :
      toset(google_cloudfunctions2_function.this[name].service_config[0].direct_vpc_network_interface[0].tags) == toset(google_compute_firewall.deny_other[0].target_tags)
    ])
    error_message = "The functions carry the tag of the firewall rules."
  }

  assert {
    condition     = { for rule in google_compute_firewall.allow_proxy : one(rule.destination_ranges) => one(one(rule.allow).ports) } == { "10.10.10.10/32" = "8123", "10.10.10.11/32" = "3128" }
    error_message = "Each proxy is allowed, by its address and port."
  }

  assert {
    condition     = alltrue([for rule in google_compute_firewall.allow_proxy : rule.direction == "EGRESS" && rule.priority < google_compute_firewall.deny_other[0].priority && rule.target_tags == google_compute_firewall.deny_other[0].target_tags])
    error_message = "A proxy's rule has priority over the rule that denies."
  }

  assert {
    condition     = google_compute_firewall.deny_other[0].direction == "EGRESS" && one(google_compute_firewall.deny_other[0].destination_ranges) == "0.0.0.0/0" && one(google_compute_firewall.deny_other[0].deny).protocol == "all"
    error_message = "Every other address is denied."
  }

  assert {
    condition     = google_compute_network.functions[0].auto_create_subnetworks == false
    error_message = "The network has this subnet only."
  }
}

run "existing_network" {
  command = apply

  variables {
    private_network = {
      subnet_cidr = "10.8.0.0/24"
      proxies     = [{ address = "10.10.10.10", port = 8123 }]
      network     = "projects/access-test/global/networks/vpn"
    }
  }

  assert {
    condition     = length(google_compute_network.functions) == 0 && google_compute_subnetwork.functions[0].network == "projects/access-test/global/networks/vpn" && google_compute_firewall.deny_other[0].network == "projects/access-test/global/networks/vpn"
    error_message = "A named network is used, with its own subnet and rules."
  }
}

run "refuses_a_subnet_that_is_too_small" {
  command = plan

  variables {
    private_network = {
      subnet_cidr = "10.8.0.0/26"
      proxies     = [{ address = "10.10.10.10", port = 8123 }]
    }
  }

  expect_failures = [var.private_network]
}

run "refuses_a_range_as_a_proxy" {
  command = plan

  variables {
    private_network = {
      subnet_cidr = "10.8.0.0/24"
      proxies     = [{ address = "10.0.0.0/8", port = 8123 }]
    }
  }

  expect_failures = [var.private_network]
}
