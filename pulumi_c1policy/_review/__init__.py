"""The review of a change of policies: does any request get through with less than before?

Pure: no files, no client, no terminal. The packages below it are `_simulate`, `_cel`, `_model` and
`_lifecycle.planning`. docs/review.md describes the order of approvals.

- The order: `differences`, `approval_order`, `escalation_order`, `step_order`, `outcome_order`.
- The ways of requests: `branches` (all of them), `condition_keys` (equal conditions).
- Conditions for the solver: `terms`, `encoder`, `operators`, `text_patterns`, `solver`.
- An example: `witness` (a request from the solver's answer, confirmed by the simulator).
- The result: `verdict`, `change_words`, `review_reports`, `comment`.

Only `terms`, `operators`, `text_patterns`, `encoder`, `solver` and `witness` import the solver
(extra `review`), and `verdict` imports them only if it is installed.
"""
