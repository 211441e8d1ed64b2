# The deployment that every test plans, without a private network.

project_id          = "access-test"
customers_invokers  = ["serviceAccount:portal@access-test.iam.gserviceaccount.com"]
caller_grants       = [{ caller = "portal@access-test.iam.gserviceaccount.com", hierarchy = "sys", role = "administrator" }]
event_subscribers   = ["serviceAccount:portal@access-test.iam.gserviceaccount.com"]
notification_emails = ["on-call@example.com"]
runbook_url         = "https://example.com/docs/operations.md"
source_folder       = "tests/sources"
