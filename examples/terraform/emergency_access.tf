resource "conductorone_policy" "emergency_access" {
  display_name = "Emergency access"
  policy_type  = "POLICY_TYPE_GRANT"
  description  = "Break glass: somebody on call approves within half an hour."
  policy_steps = {
    grant = {
      steps = [
        {
          approval = {
            user_approval = {
              user_ids = ["2baJZqhB6baeCN6Zj4a3dDVhYRn", "2bKTbxTNJFoBinF5aJXVuLkSIc4"]
            }
            require_approval_reason = true
            allow_delegation        = true
            escalation_enabled      = true
            escalation = {
              expiration         = "1800"
              escalation_comment = "Nobody on call has answered for half an hour."
              reassign_to_approvers = {
                approver_ids = ["2b7WQAmL9xVQ2zg4mZaouqKLiMc"]
              }
            }
          }
        },
      ]
    }
  }
}
