# What the next steps need: registering at Webex, adding secret versions, connecting the portal.

output "redirect_uri" {
  description = "Redirect URI to register at Webex, exactly as it is."
  value       = "${local.token_page_origin}/callback"
}

output "oauth_url" {
  description = "The token page."
  value       = local.token_page_origin
}

output "token_page_address" {
  description = "IP address for the A record of token_page_domain. null without a domain."
  value       = one([for address in google_compute_global_address.token_page : address.address])
}

output "customers_url" {
  description = "The API for the portal, and the audience of the identity tokens that it sends."
  value       = local.customers_url
}

output "webex_scopes" {
  description = "Scopes to tick at Webex."
  value       = var.webex_scopes
}

output "secrets" {
  description = "Secrets that need a first version before the functions can work."
  value       = [for secret in google_secret_manager_secret.this : secret.secret_id]
}

output "events_topic" {
  description = "Topic that the portal subscribes to."
  value       = google_pubsub_topic.customer_events.id
}

output "dead_letters_subscription" {
  description = "Subscription that keeps the messages that Pub/Sub has given up."
  value       = google_pubsub_subscription.dead_letters.id
}

output "service_accounts" {
  description = "The account that each function runs as."
  value       = { for name, account in google_service_account.function : name => account.email }
}
