# The settings of a deployment. example.tfvars shows those without a default.

variable "project_id" {
  description = "Project of the deployment. Use a separate project, because some roles can only be granted for a whole project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "Give the project's id (6 to 30 lower-case letters, digits and dashes), not its name or number: gcloud projects list."
  }
}

variable "region" {
  description = "Region of the functions, the schedule and the build. Without token_page_domain it is part of the redirect URI: a later change needs another registration at Webex."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Give a region such as us-central1, not a zone (us-central1-a) or a multi-region (us): gcloud functions regions list."
  }
}

variable "token_page_domain" {
  description = "Domain of the token page, such as connect.example.com: a load balancer serves it, and its DNS must point to the output token_page_address. null: the address of the Cloud Run service. It is part of the redirect URI: a later change needs another registration at Webex."
  type        = string
  default     = null

  validation {
    condition     = var.token_page_domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.token_page_domain))
    error_message = "Give a domain name in lower case, without https:// and without a path, such as connect.example.com."
  }

  validation {
    condition     = var.token_page_domain == null || !can(regex("(cloudfunctions\\.net|run\\.app)$", var.token_page_domain))
    error_message = "Give a domain of your own: addresses below cloudfunctions.net and run.app belong to Google, and cloudfunctions.net is shared with other functions."
  }
}

variable "firestore_location" {
  description = "Location of the database. It can never change. The multi-regions nam5 and eur3 survive the loss of a region."
  type        = string
  default     = "nam5"

  validation {
    condition     = contains(["nam5", "nam7", "eur3"], var.firestore_location) || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.firestore_location))
    error_message = "Give a multi-region (nam5, nam7, eur3) or a region such as us-central1: gcloud firestore locations list."
  }
}

variable "firestore_database" {
  description = "Name of the Firestore database. Change it if the project already has a (default) database, and after a restore (docs/operations.md)."
  type        = string
  default     = "(default)"

  validation {
    condition     = var.firestore_database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.firestore_database))
    error_message = "Give \"(default)\" with its parentheses, or 4 to 63 lower-case letters, digits and dashes that begin with a letter."
  }
}

variable "source_folder" {
  description = "Folder with a zip file for each function, <function>.zip, as npm run build writes it."
  type        = string
  default     = "../dist"

  validation {
    condition     = alltrue([for name in ["webex_teams_oauth", "customers", "refresh_tokens", "sync_users"] : fileexists("${var.source_folder}/${name}.zip")])
    error_message = "This folder lacks the zip file of a function: run npm ci && npm run build in the repository's root first."
  }
}

variable "customers_invokers" {
  description = "Who may call the function customers: IAM members such as serviceAccount:portal@PROJECT.iam.gserviceaccount.com. caller_grants says what they may do."
  type        = set(string)

  validation {
    condition     = length(setintersection(var.customers_invokers, ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "The function customers is never public: name the portal's service account instead of allUsers or allAuthenticatedUsers."
  }

  validation {
    condition     = alltrue([for member in var.customers_invokers : can(regex("^(serviceAccount|user|group):[^@\\s]+@[^@\\s]+$", member)) || contains(["allUsers", "allAuthenticatedUsers"], member)])
    error_message = "Write each member as serviceAccount:EMAIL, user:EMAIL or group:EMAIL."
  }
}

variable "caller_grants" {
  description = "The role of each caller of customers, and the node of the hierarchy below which it applies. Roles: reader, operator, administrator, and token_reader, which can only read access tokens."
  type = list(object({
    caller    = string
    hierarchy = string
    role      = string
  }))

  validation {
    condition     = alltrue([for grant in var.caller_grants : contains(["reader", "operator", "administrator", "token_reader"], grant.role)])
    error_message = "Each role is one of reader, operator, administrator, token_reader. A caller with two roles needs two entries."
  }

  validation {
    condition     = alltrue([for grant in var.caller_grants : can(regex("^[^.\\s]([^.[:cntrl:]]*[^.\\s])?(\\.[^.\\s]([^.[:cntrl:]]*[^.\\s])?)*$", grant.hierarchy))])
    error_message = "Write each hierarchy as a path of names with dots between them, such as sys.provider.Acme North: no space at the ends of a name."
  }

  validation {
    condition     = alltrue([for grant in var.caller_grants : can(regex("^[^@\\s:]+@[^@\\s]+\\.[^@\\s]+$", grant.caller))])
    error_message = "Each caller is the email address of an account, without the prefix serviceAccount: or user:."
  }
}

variable "event_subscribers" {
  description = "IAM members that may attach a subscription to the topic customer-events: the portal's service account."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.event_subscribers : can(regex("^(serviceAccount|user|group):[^@\\s]+@[^@\\s]+$", member))])
    error_message = "Write each member as serviceAccount:EMAIL, user:EMAIL or group:EMAIL. The events name customers, so they are never public."
  }
}

variable "portal_name" {
  description = "The portal's name on the token page."
  type        = string
  default     = "VOSS4UC"

  validation {
    condition     = length(var.portal_name) >= 1 && length(var.portal_name) <= 100
    error_message = "Give a name of 1 to 100 characters."
  }
}

variable "webex_api_url" {
  description = "Base URL of the Webex API, without a slash at the end. Webex for Government: https://api-usgov.webex.com/v1"
  type        = string
  default     = "https://webexapis.com/v1"

  validation {
    condition     = can(regex("^https://[^/]+(/.*)?[^/]$", var.webex_api_url))
    error_message = "Give an https URL without a slash at the end, such as https://webexapis.com/v1."
  }
}

variable "webex_scopes" {
  description = "Scopes that every customer must grant, the same as ticked at Webex. After adding one, every customer must authorize again."
  type        = list(string)
  default = [
    "spark-admin:people_read",
    "spark-admin:licenses_read",
    "spark-admin:roles_read",
    "spark-admin:organizations_read",
    "identity:people_read",
  ]

  validation {
    condition     = contains(var.webex_scopes, "spark-admin:people_read") && alltrue([for scope in var.webex_scopes : can(regex("^[a-z-]+:[a-zA-Z_]+$", scope))])
    error_message = "List scopes as Webex names them, one per entry, and keep spark-admin:people_read: without it no user can be synced."
  }
}

variable "page_size" {
  description = "People per page that syncs request from Webex."
  type        = number
  default     = 500

  validation {
    condition     = var.page_size >= 1 && var.page_size <= 1000 && floor(var.page_size) == var.page_size
    error_message = "Give a whole number from 1 to 1000."
  }
}

variable "refresh_concurrency" {
  description = "Connections that one run of refresh_tokens refreshes at the same time."
  type        = number
  default     = 50

  validation {
    condition     = var.refresh_concurrency >= 1 && var.refresh_concurrency <= 500 && floor(var.refresh_concurrency) == var.refresh_concurrency
    error_message = "Give a whole number from 1 to 500. Raise it when the alert refresh_out_of_time fires."
  }
}

variable "sync_instances" {
  description = "Syncs at the same time. Each has an instance of its own. Limits the load on Webex and Firestore."
  type        = number
  default     = 20

  validation {
    condition     = var.sync_instances >= 1 && var.sync_instances <= 100 && floor(var.sync_instances) == var.sync_instances
    error_message = "Give a whole number from 1 to 100. For more, ask for a quota of Cloud Run instances first."
  }
}

variable "private_network" {
  description = "For customers' proxies with private addresses: a subnet for the functions, and the proxies that they may reach. No other private address is reachable. network is an existing network where the VPN or interconnect ends; without it a new network is created. null: no private network."
  type = object({
    subnet_cidr = string
    proxies     = list(object({ address = string, port = number }))
    network     = optional(string)
  })
  default = null

  validation {
    condition     = var.private_network == null || try(pow(2, 32 - tonumber(split("/", var.private_network.subnet_cidr)[1])) - 4 >= 2 * (22 + var.sync_instances) && cidrnetmask(var.private_network.subnet_cidr) != "", false)
    error_message = "subnet_cidr needs twice as many addresses as there can be instances (22 plus sync_instances), and four more: with 20 sync_instances a /25 such as 10.8.0.0/25."
  }

  validation {
    condition = var.private_network == null || try(length(var.private_network.proxies) > 0 && alltrue([
      for proxy in var.private_network.proxies :
      can(cidrnetmask("${proxy.address}/32")) && proxy.port >= 1 && proxy.port <= 65535 && floor(proxy.port) == proxy.port
    ]), false)
    error_message = "List at least one proxy, each with a single IPv4 address (no range, no name) and a port, such as { address = \"10.10.10.10\", port = 8123 }."
  }

  validation {
    condition     = try(var.private_network.network, null) == null || can(regex("^projects/${var.project_id}/global/networks/[^/]+$", var.private_network.network))
    error_message = "Give the full name of a network of this project, projects/PROJECT/global/networks/NAME, or leave it out for a new network. The subnet and its rules are created in this project, so a shared VPC of another project cannot be used."
  }
}

variable "notification_emails" {
  description = "Email addresses that receive every alert."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.notification_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "Give plain email addresses."
  }
}

variable "notification_channels" {
  description = "Existing notification channels that also receive every alert (PagerDuty, Slack …), by full name."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", name))])
    error_message = "Give full names, projects/PROJECT/notificationChannels/NUMBER: gcloud beta monitoring channels list."
  }

  validation {
    condition     = length(var.notification_channels) + length(var.notification_emails) > 0
    error_message = "Nobody would receive the alerts: set notification_emails or notification_channels."
  }
}

variable "runbook_url" {
  description = "Address of docs/operations.md for the engineers on call. Every alert links to its section."
  type        = string

  validation {
    condition     = can(regex("^https://[^#\\s]+[^#/\\s]$", var.runbook_url))
    error_message = "Give the https URL of docs/operations.md in your source host, without a slash or an anchor at the end."
  }
}

variable "thresholds" {
  description = "Thresholds per hour for alerts that depend on the number of customers. The defaults suit 1,000 customers."
  type = object({
    refresh_failures  = optional(number, 50)
    connections_ended = optional(number, 5)
    sync_failures     = optional(number, 10)
  })
  default = {}

  validation {
    condition     = alltrue([for number in values(var.thresholds) : number >= 0])
    error_message = "Each threshold is 0 or more."
  }
}
