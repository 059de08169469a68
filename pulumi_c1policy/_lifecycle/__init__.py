"""The checks, plans and operations of a policy. Must not import Pulumi.

`checks` and `planning` are pure; `effects` uses the client.
"""
