"""Checks and evaluation of CEL expressions without a tenant.

`checker` checks one expression, `policy_expressions` all expressions of a policy, and `evaluate`
evaluates an expression on partly known values. `environment.json` holds the documented facts about
ConductorOne's expressions. The type checker, `cel-expr-python`, is an optional dependency; it is
imported only when there is an expression to check.

Must not import Pulumi, an HTTP library or a terminal library; of ours it may import `_model`,
`_findings` and `errors`.
"""
