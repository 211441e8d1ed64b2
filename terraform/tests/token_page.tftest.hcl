# The token page has an origin that no other function shares.

mock_provider "google" {
  source = "./tests/mocks"
}

run "own_origin" {
  command = apply

  assert {
    condition     = output.oauth_url == "https://webex-teams-oauth-123456789012.us-central1.run.app"
    error_message = "Without a domain the token page is at the deterministic address of its Cloud Run service, without a slash at its end."
  }

  assert {
    condition     = !strcontains(output.redirect_uri, "cloudfunctions.net")
    error_message = "cloudfunctions.net is shared with other functions, which could read the page."
  }

  assert {
    condition     = length(google_compute_global_forwarding_rule.token_page) == 0 && output.token_page_address == null
    error_message = "Without a domain there is no load balancer to pay for."
  }
}

run "domain" {
  command = apply

  variables {
    token_page_domain = "connect.example.com"
  }

  assert {
    condition     = output.oauth_url == "https://connect.example.com" && output.redirect_uri == "https://connect.example.com/callback"
    error_message = "With a domain the token page and its redirect URI are on the domain."
  }

  assert {
    condition     = google_compute_managed_ssl_certificate.token_page["connect.example.com"].managed[0].domains == tolist(["connect.example.com"])
    error_message = "The certificate is for the domain."
  }

  assert {
    condition     = google_compute_region_network_endpoint_group.token_page["connect.example.com"].cloud_run[0].service == "webex-teams-oauth"
    error_message = "The load balancer serves the token page and no other function."
  }

  assert {
    condition     = [for rule in google_compute_global_forwarding_rule.token_page : rule.port_range] == ["443"]
    error_message = "Tokens are shown over HTTPS only."
  }
}

run "refuses_a_url_for_a_domain" {
  command = plan

  variables {
    token_page_domain = "https://connect.example.com/"
  }

  expect_failures = [var.token_page_domain]
}

run "refuses_a_shared_domain" {
  command = plan

  variables {
    token_page_domain = "us-central1-access-test.cloudfunctions.net"
  }

  expect_failures = [var.token_page_domain]
}
