"""The fixture of the tests of attachments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.integration.attachments.attachment_company import Company


@pytest.fixture
def company(c1_tenant: Emulator) -> Iterator[Company]:
    """Provide a tenant with an app and an entitlement that have no policies."""
    found = Company(c1_tenant)
    found.app = c1_tenant.add_app("Shop")
    found.entitlement = c1_tenant.add_entitlement(found.app, "Admins")
    yield found
    for process in found.processes:
        process.client.close()
