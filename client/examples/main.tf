# Terraform with a token of the daemon: tokenward run ci/eu-de -- terraform plan
# That sets the variables which the provider reads, such as OS_AUTH_URL and the token, so that none of them stands here.
terraform {
  required_providers {
    opentelekomcloud = {
      source = "opentelekomcloud/opentelekomcloud"
    }
  }
}

provider "opentelekomcloud" {}

data "opentelekomcloud_identity_project_v3" "current" {}

output "project" {
  value = data.opentelekomcloud_identity_project_v3.current.name
}
