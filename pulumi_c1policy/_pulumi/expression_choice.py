"""The choice between the offline check of expressions in a preview and the tenant's check."""

from __future__ import annotations

from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks import expression_checks
from pulumi_c1policy._lifecycle.effects import online_checks
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi import failures, runtime
from pulumi_c1policy._pulumi.config_keys import ONLINE
from pulumi_c1policy.errors import APIError, SettingsError


def check_expressions(inputs: Tree) -> list[Finding]:
    """Check the expressions in the inputs.

    The check is offline. The tenant checks as well if the config asks for it, or if the offline
    check is not installed. If neither is possible, a warning says that the expressions were not
    checked.
    """
    from pulumi_c1policy._cel.cel_library import CheckerUnavailableError

    found: list[Finding] = []
    ask_tenant = (runtime.get_setting(ONLINE) or "").lower() in ("true", "1", "yes")
    not_offline = ""
    try:
        found += expression_checks.check_offline(inputs)
    except CheckerUnavailableError as error:
        ask_tenant, not_offline = True, error.summary
    if not (ask_tenant and expression_checks.has_expressions(inputs)):
        return found
    if not expression_checks.has_online_expressions(inputs):
        if not_offline:
            failures.warn(
                f"Expressions went unchecked: {not_offline} The tenant checks conditions of rules "
                "only. Install `pulumi-c1policy[cel]`."
            )
        return found
    try:
        found += online_checks.check_online(runtime.get_run().client, inputs)
        if not_offline and expression_checks.has_offline_only_expressions(inputs):
            failures.warn(
                "The tenant checked the conditions of rules only; approver, wait and form "
                f"expressions went unchecked: {not_offline} Install `pulumi-c1policy[cel]`."
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
            f"The tenant did not check the expressions; only the offline check did: {not_online}"
        )
    return found
