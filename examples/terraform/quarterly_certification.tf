resource "conductorone_policy" "quarterly_certification" {
  display_name = "Quarterly certification"
  policy_type  = "POLICY_TYPE_CERTIFY"
  description  = "The owner of each entitlement reviews it, then the manager does."
  policy_steps = {
    certify = {
      steps = [
        {
          approval = {
            entitlement_owner_approval = {
              fallback          = true
              fallback_user_ids = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]
            }
            require_denial_reason       = true
            allow_reassignment          = true
            require_reassignment_reason = true
          }
        },
        {
          approval = {
            manager_approval = {
              fallback                   = true
              fallback_user_ids          = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]
              require_distinct_approvers = true
            }
          }
        },
      ]
    }
  }
  post_actions = [
    {
      certify_remediate_immediately = true
    },
  ]
}
