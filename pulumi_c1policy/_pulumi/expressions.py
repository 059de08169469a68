"""Which check of expressions a preview gets: offline, the tenant's, both, or a note."""

from __future__ import annotations

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.effects import expression_checks
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi import failures, runtime
from pulumi_c1policy._pulumi.config_keys import ONLINE
from pulumi_c1policy.errors import APIError, SettingsError


def findings(inputs: Tree) -> list[Finding]:
    """What is wrong or doubtful about the expressions in `inputs`.

    Checked offline, and by the tenant where the config asks for it, or where the offline check is not
    installed. Where neither can be had, a warning says that they went unchecked.
    """
    from pulumi_c1policy._cel.cel_library import CheckerUnavailableError

    found: list[Finding] = []
    ask_tenant = (runtime.setting(ONLINE) or "").lower() in ("true", "1", "yes")
    not_offline = ""
    try:
        found += expression_checks.offline(inputs)
    except CheckerUnavailableError as error:
        ask_tenant, not_offline = True, error.summary
    if not (ask_tenant and expression_checks.any_in(inputs)):
        return found
    if not expression_checks.asks_tenant(inputs):
        if not_offline:
            failures.warn(
                f"Expressions went unchecked: {not_offline} The tenant checks conditions of rules "
                "only. Install `pulumi-c1policy[cel]`."
            )
        return found
    try:
        found += expression_checks.online(runtime.run().client, inputs)
        if not_offline and expression_checks.asks_no_tenant(inputs):
            failures.warn(
                "The tenant checked the conditions of rules only; approver, wait and form expressions "
                f"went unchecked: {not_offline} Install `pulumi-c1policy[cel]`."
            )
        return found
    except SettingsError:
        not_online = "There are no credentials with which to ask the tenant."
    except APIError as error:
        not_online = error.summary
    if not_offline:
        failures.warn(
            f"Expressions went unchecked: {not_offline} {not_online} "
            "Install `pulumi-c1policy[cel]`, or give credentials."
        )
    else:
        failures.warn(
            f"The tenant did not check the expressions, they were checked offline only: {not_online}"
        )
    return found
