resource "conductorone_policy" "emergency_access" {
  display_name = "Emergency access"
  policy_type  = "POLICY_TYPE_GRANT"
  description  = "Break glass: who is on call approves within half an hour, for eight hours."
  policy_steps = {
    grant = {
      steps = [
        {
          approval = {
            user_approval = {
              user_ids = ["user-on-call-1", "user-on-call-2"]
            }
            require_approval_reason = true
            allow_delegation        = true
            escalation_enabled      = true
            escalation = {
              expiration         = "1800"
              escalation_comment = "Nobody on call has answered for half an hour."
              reassign_to_approvers = {
                approver_ids = ["user-head-of-security"]
              }
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
              grant_duration = "28800s"
            }
          }
        },
      ]
    }
  }
}
