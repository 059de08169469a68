resource "conductorone_policy" "employee_access" {
  display_name = "Employee access"
  policy_type  = "POLICY_TYPE_GRANT"
  description  = "The manager approves, or the security team where no manager is found."
  policy_steps = {
    grant = {
      steps = [
        {
          approval = {
            manager_approval = {
              fallback            = true
              fallback_user_ids   = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]
              allow_self_approval = false
            }
            require_denial_reason = true
          }
        },
      ]
    }
  }
}
