"""Hypothesis profiles: few examples in development, fixed ones in CI, many on request.

`HYPOTHESIS_PROFILE=thorough pytest tests/unit/lifecycle` is the long run.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The policies of most tests name users that no tenant has. Tests of the check switch it on.
os.environ.setdefault("PULUMI_C1POLICY_CHECK_IDS", "off")

# Whole policies are large, and how long one takes says nothing about the code.
_LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=_LARGE)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=1000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if "CI" in os.environ else "dev")
)
