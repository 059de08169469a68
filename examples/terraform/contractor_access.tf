resource "conductorone_policy" "contractor_access" {
  display_name = "Access by employment"
  policy_type  = "POLICY_TYPE_GRANT"
  description  = "Contractors need their manager and an owner of the app."
  policy_steps = {
    grant = {
      steps = [
        {
          approval = {
            manager_approval = {}
          }
        },
        {
          provision = {
            provision_policy = {
              connector_provision = {
                default_behavior = {}
              }
            }
          }
        },
      ]
    }
    contractors = {
      steps = [
        {
          approval = {
            manager_approval = {
              fallback          = true
              fallback_user_ids = ["user-security-1"]
            }
          }
        },
        {
          approval = {
            app_owner_approval = {
              require_distinct_approvers = true
            }
          }
        },
        {
          provision = {
            provision_policy = {
              connector_provision = {
                default_behavior = {}
              }
            }
            provision_target = {
              grant_duration = "7776000s"
            }
          }
        },
      ]
    }
    interns = {
      steps = [
        {
          reject = {
            reject_message = "Interns work on shared accounts; ask your mentor."
          }
        },
      ]
    }
  }
  rules = [
    {
      condition  = "subject.employmentType == 'Contractor'"
      policy_key = "contractors"
    },
    {
      condition  = "subject.employmentType == 'Intern'"
      policy_key = "interns"
    },
  ]
}
