"""The life of a policy: checked, compared, planned, carried out. No engine is known here.

`checks` and `planning` are pure; `effects` uses the client.
"""
