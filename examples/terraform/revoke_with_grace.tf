resource "conductorone_policy" "revoke_with_grace" {
  display_name = "Revoke with grace"
  policy_type  = "POLICY_TYPE_REVOKE"
  description  = "Access ends a day after it was revoked."
  policy_steps = {
    revoke = {
      steps = [
        {
          wait = {
            name = "Grace period"
            wait_duration = {
              duration = "86400s"
            }
          }
        },
        {
          accept = {
            accept_message = "The grace period is over."
          }
        },
      ]
    }
  }
}
