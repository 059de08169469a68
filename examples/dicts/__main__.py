"""Five policies of a company, written with plain dicts; docs/policies explains each."""

import contractor_access
import emergency_access
import employee_access
import pulumi
import quarterly_certification
import revoke_with_grace

for module in (
    employee_access,
    emergency_access,
    quarterly_certification,
    revoke_with_grace,
    contractor_access,
):
    pulumi.export(module.__name__, module.policy.id)
