"""The check that the credentials belong to the tenant of the stack's resources. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from pulumi_c1policy.errors import RefusedError

ALLOW = "allowTenantChange"
"""The config key with the host of the tenant to which a stack may change."""

VARIABLE = "PULUMI_C1POLICY_ALLOW_TENANT_CHANGE"
"""The environment variable for the same, for one run."""


@dataclass
class ShownTenants:
    """The tenants that the engine has shown to this process. Thread-safe."""

    _shown: dict[str, None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _is_reported: bool = False

    def show(self, prior_tenant: str) -> None:
        """Record the tenant of a resource; "" means that it is unknown."""
        if prior_tenant:
            with self._lock:
                self._shown[prior_tenant] = None

    def require(self, prior_tenant: str, current: str, allowed: str) -> None:
        """Refuse to continue if a resource and the credentials belong to different tenants.

        Args:
            prior_tenant: The tenant of the resource; "" if it is not recorded.
            current: The tenant of the credentials.
            allowed: The tenant to which the user lets the stack change.

        Raises:
            RefusedError: The tenants differ. The first error of a run has the whole text.
        """
        if not prior_tenant or prior_tenant == current or allowed.strip().lower() == current:
            return
        with self._lock:
            is_reported, self._is_reported = self._is_reported, True
        if is_reported:
            raise RefusedError(
                "the credentials are of another tenant.",
                f"Use the credentials of {prior_tenant}; "
                "the first error of this run has the details.",
            )
        raise RefusedError(
            f"it is in the tenant {prior_tenant}, but the credentials are of {current}. Nothing was "
            "sent.",
            f"Use the credentials of {prior_tenant}; or, if its policies are in {current} now, run "
            f"`{VARIABLE}={current} pulumi up --refresh`.",
        )

    def require_all(self, current: str, allowed: str) -> None:
        """Refuse to create in another tenant than the recorded ones.

        Raises:
            RefusedError: At least one of them is another tenant.
        """
        with self._lock:
            shown = list(self._shown)
        for prior_tenant in shown:
            self.require(prior_tenant, current, allowed)
