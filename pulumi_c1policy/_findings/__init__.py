"""Findings about a policy: the rule, the severity that a user wants, and the sentence.

Imports `_model.paths` alone, so that every layer above the model can make findings.
"""
