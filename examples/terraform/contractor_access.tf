resource "conductorone_policy" "contractor_access" {
  display_name = "Access by employment"
  policy_type  = "POLICY_TYPE_GRANT"
  description  = "Contractors need their manager and an owner of the app."
  policy_steps = {
    grant = {
      steps = [
        {
          approval = {
            manager_approval = {
              fallback          = true
              fallback_user_ids = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]
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
              fallback                   = true
              fallback_user_ids          = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]
              require_distinct_approvers = true
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
