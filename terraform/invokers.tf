# Who may call which function. Only the token page is public.

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = merge([
    for name, function in local.functions : { for key, member in function.invokers : "${name}/${key}" => { function = name, member = member } }
  ]...)

  project  = var.project_id
  location = var.region
  # The name of the Cloud Run service has dashes where the function's name has underscores.
  name   = basename(google_cloudfunctions2_function.this[each.value.function].service_config[0].service)
  role   = "roles/run.invoker"
  member = each.value.member
}
