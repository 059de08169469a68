"""The API calls around policies. Each takes and returns the stored form of its messages.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from pulumi_c1policy._emulator import masks, search
from pulumi_c1policy._emulator.api_errors import invalid
from pulumi_c1policy._emulator.directory_filters import make_matcher
from pulumi_c1policy._emulator.system_log_calls import list_events
from pulumi_c1policy._emulator.tenant import Stored, Tenant
from pulumi_c1policy._emulator.tenant_directory import Key, Row, make_missing
from pulumi_c1policy._emulator.wire_schema import (
    APP,
    ENTITLEMENT,
    PROVIDER,
    RULE,
    USER,
    WEBHOOK,
    get_message,
)

Ids = Mapping[str, str]
"""The ids in the path of a request, by their names there."""

_TYPES = {
    "grantPolicyId": "POLICY_TYPE_GRANT",
    "revokePolicyId": "POLICY_TYPE_REVOKE",
    "certifyPolicyId": "POLICY_TYPE_CERTIFY",
    "emergencyGrantPolicyId": "POLICY_TYPE_GRANT",
    "requestPolicyId": "POLICY_TYPE_GRANT",
}
"""The type of the policy that a field names. That a tenant checks it is a guess."""

_APPLY_STATE = "APP_ACCESS_REQUEST_DEFAULTS_LAST_APPLY_STATE"


def _find(
    name: str, wrapper: str, operation: str, tenant: Tenant, _ids: Ids, asked: Stored
) -> Stored:
    """Answer one page of a search.

    Args:
        name: The message of the rows.
        wrapper: The field of a row that contains the object; "" if the row is the object.
        operation: The name of the operation, for its filters.
        tenant: The tenant.
        _ids: The ids in the path.
        asked: The request.
    """
    smallest, pages = search.SMALLEST_SEARCH_PAGE, tenant.quirks.pages
    read_page = tenant.see("search", tenant.directory[name]).read_page
    matches = make_matcher(operation, asked)
    found = search.answer(read_page, matches, asked, smallest=smallest, pages=pages)
    if wrapper and "list" in found:
        found["list"] = [{wrapper: fields} for fields in found["list"]]
    return found


def _get(name: str, tenant: Tenant, key: Key) -> Row:
    """Return an object as a GET shows it; the quirk `deleted_get` decides about a deleted one."""
    row = tenant.see("get", tenant.directory[name]).find(key)
    hidden = tenant.quirks.deleted_get == "not_found"
    if row is None or ("deletedAt" in row.fields and hidden):
        raise make_missing(name, key)
    return row


def _check_policies(tenant: Tenant, fields: Stored, names: tuple[str, ...]) -> None:
    """Reject ids of policies that do not exist, or that decide another kind of request."""
    for name in names:
        policy_id = fields.get(name)
        if name not in _TYPES or not policy_id:
            continue
        record = tenant.policies.find(policy_id)
        if record is None or record.deleted_at is not None:
            raise invalid(f"{name}: policy {policy_id} not found")
        if record.fields.get("policyType") != _TYPES[name]:
            raise invalid(f"{name}: policy {policy_id} has another type")


def _update(name: str, tenant: Tenant, key: Key, sent: Stored, mask: str | None) -> Row:
    """Change an object; without a mask, every field that can be written."""
    held = tenant.directory[name].get_live(key).fields
    newer: set[str] = set()
    if tenant.quirks.newer_api:
        newer = {*sent, *held} - set(get_message(name).fields)
    tolerant = tenant.quirks.odd_masks == "tolerated"
    paths = masks.parse(mask, newer, tolerant=tolerant, name=name)
    if paths is None:
        paths = (*masks.list_writable(name), *newer)
    _check_policies(tenant, sent, paths)
    return tenant.directory[name].change(key, sent, paths)


def _get_user(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    return {"userView": {"user": _get(USER, tenant, ("", ids["id"])).stored}}


def _list_apps(tenant: Tenant, _ids: Ids, asked: Stored) -> Stored:
    matches = make_matcher("AppSearch.Search", asked)
    smallest, pages = search.SMALLEST_LIST_PAGE, tenant.quirks.pages
    read_page = tenant.see("list", tenant.directory[APP]).read_page
    return search.answer(read_page, matches, asked, smallest=smallest, pages=pages)


def _get_app(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    return {"app": _get(APP, tenant, ("", ids["id"])).stored}


def _update_app(tenant: Tenant, ids: Ids, asked: Stored) -> Stored:
    if "app" not in asked:
        raise invalid("app: value is required")
    key = ("", ids["id"])
    return {"app": _update(APP, tenant, key, asked["app"], asked.get("updateMask")).stored}


def _wrap_view(row: Row) -> Stored:
    return {"appEntitlementView": {"appEntitlement": row.stored}}


def _get_entitlement(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    return _wrap_view(_get(ENTITLEMENT, tenant, (ids["app_id"], ids["id"])))


def _update_entitlement(tenant: Tenant, ids: Ids, asked: Stored) -> Stored:
    if "entitlement" not in asked:
        raise invalid("entitlement: value is required")
    key, sent = (ids["app_id"], ids["id"]), asked["entitlement"]
    row = _update(ENTITLEMENT, tenant, key, sent, asked.get("updateMask"))
    name = "overrideAccessRequestsDefaults"
    if name in asked:
        row = tenant.directory[ENTITLEMENT].change(key, {name: asked[name]}, (name,))
    return _wrap_view(row)


def _get_defaults(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    app_id = ids["app_id"]
    tenant.directory[APP].get_live(("", app_id))
    return {"appId": app_id, **tenant.directory.defaults.get(app_id, {})}


def _set_defaults(tenant: Tenant, ids: Ids, asked: Stored) -> Stored:
    """Replace all defaults of an app; they are applied before the next request."""
    app_id = ids["app_id"]
    tenant.directory[APP].get_live(("", app_id))
    _check_policies(tenant, asked, tuple(asked))
    tenant.directory.defaults[app_id] = {**asked, "state": f"{_APPLY_STATE}_SUCCESS"}
    return {"appId": app_id, **asked, "state": f"{_APPLY_STATE}_RUNNING"}


def _list_rules(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    app_id = ids["app_id"]
    tenant.directory[APP].get_live(("", app_id))
    table, order = tenant.directory[RULE], tenant.directory.rule_orders.get(app_id, [])
    return {"list": [_show_rule(tenant, table.get_live((app_id, rule_id))) for rule_id in order]}


def _show_rule(tenant: Tenant, row: Row) -> Stored:
    """Return a rule with its position among the rules of its app as its priority."""
    app_id, rule_id = row.key
    order = tenant.directory.rule_orders.get(app_id, [])
    return {**row.stored, "priority": order.index(rule_id) if rule_id in order else 0}


def _create_rule(tenant: Tenant, ids: Ids, asked: Stored) -> Stored:
    app_id = ids["app_id"]
    tenant.directory[APP].get_live(("", app_id))
    settings = asked.get("settings", {})
    _check_policies(tenant, settings, tuple(settings))
    row = tenant.directory[RULE].add(asked, app_id=app_id)
    tenant.directory.rule_orders.setdefault(app_id, []).append(row.key[1])
    return {"routingRule": _show_rule(tenant, row)}


def _get_rule(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    row = _get(RULE, tenant, (ids["app_id"], ids["id"]))
    return {"routingRule": _show_rule(tenant, row)}


def _update_rule(tenant: Tenant, ids: Ids, asked: Stored) -> Stored:
    """Replace a rule: the request has no mask."""
    settings = asked.get("settings", {})
    _check_policies(tenant, settings, tuple(settings))
    paths = ("condition", "description", "displayName", "enabled", "settings")
    row = tenant.directory[RULE].change((ids["app_id"], ids["id"]), asked, paths)
    return {"routingRule": _show_rule(tenant, row)}


def _delete_rule(tenant: Tenant, ids: Ids, _asked: Stored) -> Stored:
    tenant.directory[RULE].remove((ids["app_id"], ids["id"]))
    tenant.directory.rule_orders[ids["app_id"]].remove(ids["id"])
    return {}


def _reorder_rules(tenant: Tenant, ids: Ids, asked: Stored) -> Stored:
    tenant.directory[APP].get_live(("", ids["app_id"]))
    held, wanted = tenant.directory.rule_orders.get(ids["app_id"], []), asked.get("ruleIds", [])
    if sorted(held) != sorted(wanted):
        raise invalid("rule_ids: must contain each rule of the app exactly once")
    tenant.directory.rule_orders[ids["app_id"]] = list(wanted)
    return _list_rules(tenant, ids, {})


def _introspect(_tenant: Tenant, _ids: Ids, _asked: Stored) -> Stored:
    return {
        "principleId": "emulated-client",
        "userId": "emulated-user",
        "tenantId": "emulated-tenant",
        "roles": ["c1/admin"],
    }


def _list_events(tenant: Tenant, _ids: Ids, asked: Stored) -> Stored:
    return list_events(tenant, asked)


DIRECTORY_OPERATIONS: dict[str, Callable[[Tenant, Ids, Stored], Stored]] = {
    **{
        operation: partial(_find, name, wrapper, operation)
        for operation, name, wrapper in (
            ("UserSearch.Search", USER, "user"),
            ("AppSearch.Search", APP, ""),
            ("AppEntitlementSearchService.Search", ENTITLEMENT, "appEntitlement"),
            ("WebhooksSearch.Search", WEBHOOK, ""),
            ("StepUpProviderService.Search", PROVIDER, ""),
        )
    },
    "UserService.Get": _get_user,
    "Apps.List": _list_apps,
    "Apps.Get": _get_app,
    "Apps.Update": _update_app,
    "AppEntitlements.Get": _get_entitlement,
    "AppEntitlements.Update": _update_entitlement,
    "AppAccessRequestsDefaultsService.GetAppAccessRequestsDefaults": _get_defaults,
    "AppAccessRequestsDefaultsService.CreateAppAccessRequestsDefaults": _set_defaults,
    "AppEntitlementRoutingRuleService.ListAppEntitlementRoutingRules": _list_rules,
    "AppEntitlementRoutingRuleService.CreateAppEntitlementRoutingRule": _create_rule,
    "AppEntitlementRoutingRuleService.GetAppEntitlementRoutingRule": _get_rule,
    "AppEntitlementRoutingRuleService.UpdateAppEntitlementRoutingRule": _update_rule,
    "AppEntitlementRoutingRuleService.DeleteAppEntitlementRoutingRule": _delete_rule,
    "AppEntitlementRoutingRuleService.ReorderAppEntitlementRoutingRules": _reorder_rules,
    "Auth.Introspect": _introspect,
    "SystemLogService.ListEvents": _list_events,
}
"""The calls by the name of their operation."""
