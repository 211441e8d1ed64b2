# What a deployment decides. example.tfvars shows all that has no default.

variable "project_id" {
  description = "Project that everything is deployed to. Best one of its own: some roles can only be given for a whole project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "Give the project's id (6 to 30 lower-case letters, digits and dashes), not its name or number: gcloud projects list."
  }
}

variable "region" {
  description = "Region of the functions, the schedule and the build. It is part of the redirect URI that is registered at Webex: changing it later means registering again."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Give a region such as us-central1, not a zone (us-central1-a) or a multi-region (us): gcloud functions regions list."
  }
}

variable "firestore_location" {
  description = "Location of the database. It can never be changed. The multi-regions nam5 and eur3 survive the loss of a region."
  type        = string
  default     = "nam5"

  validation {
    condition     = contains(["nam5", "nam7", "eur3"], var.firestore_location) || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.firestore_location))
    error_message = "Give a multi-region (nam5, nam7, eur3) or a region such as us-central1: gcloud firestore locations list."
  }
}

variable "firestore_database" {
  description = "Name of the Firestore database. Give another than the default where the project has a (default) database already, and after a restore (docs/operations.md)."
  type        = string
  default     = "(default)"

  validation {
    condition     = var.firestore_database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.firestore_database))
    error_message = "Give \"(default)\" with its parentheses, or 4 to 63 lower-case letters, digits and dashes that begin with a letter."
  }
}

variable "source_folder" {
  description = "Folder with one zip file for each function: <function>.zip, made by npm run build."
  type        = string
  default     = "../dist"

  validation {
    condition     = alltrue([for name in ["webex_teams_oauth", "customers", "refresh_tokens", "sync_users"] : fileexists("${var.source_folder}/${name}.zip")])
    error_message = "This folder lacks the zip file of a function: run npm ci && npm run build in the repository's root first."
  }
}

variable "customers_invokers" {
  description = "Who may reach the function customers at all: IAM members such as serviceAccount:portal@PROJECT.iam.gserviceaccount.com. What they may do there is in caller_grants."
  type        = set(string)

  validation {
    condition     = length(setintersection(var.customers_invokers, ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "The function customers is never public: name the portal's service account instead of allUsers or allAuthenticatedUsers."
  }

  validation {
    condition     = alltrue([for member in var.customers_invokers : can(regex("^(serviceAccount|user|group):[^@\\s]+@[^@\\s]+$", member)) || contains(["allUsers", "allAuthenticatedUsers"], member)])
    error_message = "Write each member as serviceAccount:E-MAIL, user:E-MAIL or group:E-MAIL."
  }
}

variable "caller_grants" {
  description = "What each caller of customers may do (role) below which node of the hierarchy. Roles: reader, operator, administrator, token_reader; token_reader alone may take access tokens, and does nothing else."
  type = list(object({
    caller    = string
    hierarchy = string
    role      = string
  }))

  validation {
    condition     = alltrue([for grant in var.caller_grants : contains(["reader", "operator", "administrator", "token_reader"], grant.role)])
    error_message = "Each role is one of reader, operator, administrator, token_reader. A caller who needs two gets two entries."
  }

  validation {
    condition     = alltrue([for grant in var.caller_grants : can(regex("^[^.\\s]([^.[:cntrl:]]*[^.\\s])?(\\.[^.\\s]([^.[:cntrl:]]*[^.\\s])?)*$", grant.hierarchy))])
    error_message = "Write each hierarchy as a path of names with dots between them, such as sys.provider.Acme North: no space at the ends of a name."
  }

  validation {
    condition     = alltrue([for grant in var.caller_grants : can(regex("^[^@\\s:]+@[^@\\s]+\\.[^@\\s]+$", grant.caller))])
    error_message = "Each caller is the e-mail of an account, without the prefix serviceAccount: or user:."
  }
}

variable "event_subscribers" {
  description = "IAM members that may attach a subscription to the topic customer-events: the portal's service account."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.event_subscribers : can(regex("^(serviceAccount|user|group):[^@\\s]+@[^@\\s]+$", member))])
    error_message = "Write each member as serviceAccount:E-MAIL, user:E-MAIL or group:E-MAIL; the events name customers, so they are never public."
  }
}

variable "portal_name" {
  description = "What the token page calls the portal."
  type        = string
  default     = "VOSS4UC"

  validation {
    condition     = length(var.portal_name) >= 1 && length(var.portal_name) <= 100
    error_message = "Give a name of 1 to 100 characters."
  }
}

variable "webex_api_url" {
  description = "Base of the Webex API, without a slash at its end. Webex for Government: https://api-usgov.webex.com/v1"
  type        = string
  default     = "https://webexapis.com/v1"

  validation {
    condition     = can(regex("^https://[^/]+(/.*)?[^/]$", var.webex_api_url))
    error_message = "Give an https URL without a slash at its end, such as https://webexapis.com/v1."
  }
}

variable "webex_scopes" {
  description = "Scopes that every customer must grant; the same as ticked at Webex. Adding one later makes every customer authorize again."
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
    error_message = "List scopes as Webex names them, one an entry, and keep spark-admin:people_read: without it no user can be synced."
  }
}

variable "page_size" {
  description = "People asked of Webex in one page."
  type        = number
  default     = 500

  validation {
    condition     = var.page_size >= 1 && var.page_size <= 1000 && floor(var.page_size) == var.page_size
    error_message = "Give a whole number from 1 to 1000."
  }
}

variable "refresh_concurrency" {
  description = "Connections that one run of refresh_tokens renews at the same time."
  type        = number
  default     = 50

  validation {
    condition     = var.refresh_concurrency >= 1 && var.refresh_concurrency <= 500 && floor(var.refresh_concurrency) == var.refresh_concurrency
    error_message = "Give a whole number from 1 to 500; raise it when the alert refresh_out_of_time says so."
  }
}

variable "sync_instances" {
  description = "Syncs at the same time: each takes an instance of its own. Bounds the load on Webex and on Firestore."
  type        = number
  default     = 20

  validation {
    condition     = var.sync_instances >= 1 && var.sync_instances <= 100 && floor(var.sync_instances) == var.sync_instances
    error_message = "Give a whole number from 1 to 100. For more, ask for a quota of Cloud Run instances first."
  }
}

variable "private_network" {
  description = "For customers whose proxies have private addresses: a subnet for the functions and the proxies that they may reach; nothing else private is reachable. Names an existing network where the VPN or interconnect ends; without it a new network is made. null: no private network."
  type = object({
    subnet_cidr = string
    proxies     = list(object({ address = string, port = number }))
    network     = optional(string)
  })
  default = null

  validation {
    condition     = var.private_network == null || try(pow(2, 32 - tonumber(split("/", var.private_network.subnet_cidr)[1])) - 4 >= 2 * (22 + var.sync_instances) && cidrnetmask(var.private_network.subnet_cidr) != "", false)
    error_message = "subnet_cidr needs twice as many addresses as there can be instances (22 and sync_instances), and four of its own: with 20 sync_instances a /25 such as 10.8.0.0/25."
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
    error_message = "Give the full name of a network of this project, projects/PROJECT/global/networks/NAME, or leave it out for a new one. The subnet and its rules are made in this project: a shared VPC of another one does not fit."
  }
}

variable "notification_emails" {
  description = "Addresses that every alert is sent to."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.notification_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "Give plain e-mail addresses."
  }
}

variable "notification_channels" {
  description = "Existing notification channels that every alert is sent to as well (PagerDuty, Slack …), by full name."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", name))])
    error_message = "Give full names, projects/PROJECT/notificationChannels/NUMBER: gcloud beta monitoring channels list."
  }

  validation {
    condition     = length(var.notification_channels) + length(var.notification_emails) > 0
    error_message = "An alert that reaches nobody is no alert: set notification_emails or notification_channels."
  }
}

variable "runbook_url" {
  description = "Where people on call read docs/operations.md; every alert links to its section there."
  type        = string

  validation {
    condition     = can(regex("^https://[^#\\s]+[^#/\\s]$", var.runbook_url))
    error_message = "Give the https URL of docs/operations.md in your source host, without a slash or an anchor at its end."
  }
}

variable "thresholds" {
  description = "Above how many an hour an alert fires, where that depends on how many customers there are. The defaults suit 1,000."
  type = object({
    refresh_failures  = optional(number, 50)
    connections_ended = optional(number, 5)
    sync_failures     = optional(number, 10)
  })
  default = {}

  validation {
    condition     = alltrue([for number in values(var.thresholds) : number >= 0])
    error_message = "Each threshold is 0 or more an hour."
  }
}
