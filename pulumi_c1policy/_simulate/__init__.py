"""The simulation of policies without a tenant.

It knows no engine, no HTTP and no terminal, and it may import `_cel`, `_model`, `_text` and
`errors` only. A result that cannot be decided is `Undecided` with a reason.

- Data of a policy: `policy_rules` (rules, conditions, targets), `approval_rules` (approvers,
  fallbacks, escalations), `known_policies` and `mocked_programs` (sources of policies).
- Data of a request: `directory`, `fixtures`, `subjects`, `access_request`.
- Functions of expressions: `cel_functions`, `networks`, `times`.
- The way of a request: `simulation` (the entry), `routes`, `walk`, `approvals`, `provisioning`,
  `people_search`, `account_config`.
- Results as data: `simulation_result`, `step_results`, `causes`, `impact`.
- Text, rendered from the results only: `wording`, `explanation`, `reports`.
"""
