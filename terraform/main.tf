# Versions of Terraform and the provider, and the backend of the state.

terraform {
  # 1.9: a variable's validation may use other variables.
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
      # 7.26: Direct VPC egress of functions (network.tf).
      version = ">= 7.26, < 9"
    }
  }

  # The bucket is an argument of init: terraform init -backend-config="bucket=…"
  backend "gcs" {
    prefix = "webex-customer-access"
  }
}

provider "google" {
  project = var.project_id
  region  = var.region

  default_labels = {
    service = "webex-customer-access"
  }
}

data "google_project" "this" {
  project_id = var.project_id
}
