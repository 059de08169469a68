"""Findings about a policy: the rules, their severities and their text.

Imports only `_model.paths`, so that every layer above the model can make findings.
"""
