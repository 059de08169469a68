"""The error about values that are no policies."""

from __future__ import annotations

from pulumi_c1policy.errors import C1PolicyError


class PolicyError(C1PolicyError):
    """A value, a file or a program that is not, or does not contain, a policy."""
