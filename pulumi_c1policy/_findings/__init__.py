"""Findings: what is wrong or doubtful in a policy, by which rule, and how severe a user wants it.

Imports `_model.paths` alone, so that every layer above the model can make findings.
"""
