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
              fallback_user_ids   = ["user-security-1", "user-security-2"]
              allow_self_approval = false
            }
            require_denial_reason = true
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
  }
}
