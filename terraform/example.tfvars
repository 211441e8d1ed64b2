# Copy to terraform.tfvars and change every line. All other variables have defaults (variables.tf).

project_id = "customer-access-prod"

# The portal: who may call the API, and what the caller may do.
customers_invokers = ["serviceAccount:portal@portal-prod.iam.gserviceaccount.com"]
caller_grants = [
  { caller = "portal@portal-prod.iam.gserviceaccount.com", hierarchy = "sys", role = "administrator" },
  { caller = "portal@portal-prod.iam.gserviceaccount.com", hierarchy = "sys", role = "token_reader" },
]
event_subscribers = ["serviceAccount:portal@portal-prod.iam.gserviceaccount.com"]

notification_emails = ["on-call@example.com"]
runbook_url         = "https://github.com/example/webex-customer-access/blob/main/docs/operations.md"

# The token page on a domain of your own instead of Cloud Run's address:
# token_page_domain = "connect.example.com"

# Only where customers' proxies have private addresses:
# private_network = {
#   subnet_cidr = "10.8.0.0/24"
#   proxies     = [{ address = "10.10.10.10", port = 8123 }]
#   network     = "projects/customer-access-prod/global/networks/vpn"
# }
