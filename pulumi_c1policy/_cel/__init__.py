"""Expressions: what they may say, checked without a tenant.

Knows no engine, no HTTP and no terminal. `checker` has the check of one expression, `policies`
that of a policy; `environment.json` is all that is known of ConductorOne's expressions. The type
checker itself, `cel-expr-python`, is an optional dependency, imported only when an expression is
there.
May import `_model` and `errors`, nothing else of ours.
"""
