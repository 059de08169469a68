"""Expressions (CEL), checked without a tenant.

Knows no engine, no HTTP and no terminal. `checker` checks one expression, `policies` all of a
policy. `environment.json` contains all known facts about ConductorOne's expressions. The type
checker, `cel-expr-python`, is an optional dependency, imported only if there is an expression.
May import `_model` and `errors`, nothing else of ours.
"""
