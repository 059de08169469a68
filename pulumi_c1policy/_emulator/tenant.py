"""One emulated tenant: its policies, clock, tokens, faults and journal, and each API call.

Calls take and return the stored form of the messages that the OpenAPI structure names for them.
Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pulumi_c1policy._emulator import brackets, cel, consistency, masks, search
from pulumi_c1policy._emulator.api_errors import StatusCode, TenantError, invalid
from pulumi_c1policy._emulator.consistency import Readable, Store, V
from pulumi_c1policy._emulator.directory_file import Tables, fill
from pulumi_c1policy._emulator.faults import Fault, Faults
from pulumi_c1policy._emulator.journal import Journal
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.reading import Reader
from pulumi_c1policy._emulator.render import NEWER
from pulumi_c1policy._emulator.state import PolicyStore, StoredPolicy
from pulumi_c1policy._emulator.system_log import OTHER_CLIENT, PERSON, Activity, Actor, SystemLog
from pulumi_c1policy._emulator.tenant_clock import TenantClock
from pulumi_c1policy._emulator.tenant_directory import TenantDirectory
from pulumi_c1policy._emulator.tokens import TokenIssuer
from pulumi_c1policy._emulator.wire_schema import POLICY, get_message

Stored = dict[str, Any]

# Steps that are made in the product have UUIDs as keys.
_SERVICE_STEPS = "3f0c2a7e-5d41-4b8e-9c66-0a1f7b9d2e54"
_BUILTINS: tuple[Stored, ...] = (
    {
        "displayName": "Default request policy",
        "description": "Manager approval.",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {
            "grant": {
                "steps": [
                    {"approval": {"manager": {"fallback": True, "fallbackUserIds": ["owner-1"]}}}
                ]
            }
        },
    },
    {
        "displayName": "Default revoke policy",
        "policyType": "POLICY_TYPE_REVOKE",
        "policySteps": {"revoke": {"steps": [{"accept": {}}]}},
    },
    {
        "displayName": "Default review policy",
        "policyType": "POLICY_TYPE_CERTIFY",
        "policySteps": {
            "certify": {"steps": [{"approval": {"manager": {}}}]},
            _SERVICE_STEPS: {"steps": [{"approval": {"appOwners": {}}}]},
        },
        "rules": [
            {"condition": "subject.type == UserType.SERVICE", "stepKey": _SERVICE_STEPS},
        ],
        "postActions": [{"certifyRemediateImmediately": True}],
    },
)
_NEWER_BUILTIN: Stored = {
    "displayName": "Default rotation policy",
    "policyType": "POLICY_TYPE_ROTATE",
    "policySteps": {"rotate": {"steps": [{"rotation": {"graceDays": 3}}]}},
}


class Tenant:
    """The whole state of one tenant."""

    def __init__(
        self,
        host: str,
        quirks: Quirks | None = None,
        *,
        expires_in: int = 3600,
        seed: int = 0,
        faults: Sequence[Fault] = (),
        clock: TenantClock | None = None,
        directory: Tables | None = None,
    ) -> None:
        self.clock = clock or TenantClock()
        self.journal = Journal()
        self.tokens = TokenIssuer(host, self.clock, expires_in)
        self.faults = Faults()
        self._tables = directory or {}
        self._at_start = (quirks or Quirks(), expires_in, seed, tuple(faults))
        self.reset()

    def reset(self) -> None:
        """Return to the state after the start; the client's credentials stay valid."""
        self.quirks, self.tokens.expires_in, seed, faults = self._at_start
        self.faults.replace(faults, seed)
        self.clock.reset()
        self.tokens.revoke_issued()
        self._reads = 0
        self.system_log = SystemLog(self.clock, seed)
        self.policies = PolicyStore(self.clock, seed, lambda: self.quirks)
        for builtin in _BUILTINS:
            self.policies.create(builtin, builtin=True)
        if self.quirks.newer_api:
            self.policies.create(_NEWER_BUILTIN, builtin=True)
        self.directory = TenantDirectory(self.clock, self.policies.make_id)
        fill(self.directory, self._tables)
        self.journal.clear()

    def see(self, endpoint: consistency.Endpoint, store: Store[V]) -> Readable[V]:
        """Return the objects of a store as an endpoint sees them: lagging, if the quirks say so."""
        self._reads += 1
        return consistency.select_version(
            store, self.quirks, endpoint, self.clock.now(), turn=self._reads
        )

    def make_reader(self, *, creating: bool = False) -> Reader:
        """Return a reader of requests, with the tenant's quirks."""
        return Reader(
            keep_unknown=self.quirks.newer_api, fill=creating and self.quirks.server_fills
        )

    def add(self, policy: dict[str, Any]) -> StoredPolicy:
        """Store a policy, given as JSON, as if it had always existed: nothing is rejected."""
        return self.policies.create(self.make_reader().read(POLICY, policy), checked=False)

    def edit(
        self, policy_id: str, changes: dict[str, Any], *, by_product: bool, checked: bool = True
    ) -> StoredPolicy:
        """Change top-level fields of a policy without an HTTP request.

        Args:
            policy_id: The policy's id.
            changes: Its new top-level fields as JSON; null resets one, annotations merge.
            by_product: A person in the product, who takes the policy over.
            checked: Apply the rules of writing. False stores the fields unchanged.
        """
        names = get_message(POLICY).by_any_name
        paths = tuple(names[key].name if key in names else key for key in changes)
        fields = self.make_reader().read(POLICY, changes)
        masks.parse(",".join(paths), self.list_newer_fields(policy_id, changes))
        record = self.policies.update(
            policy_id, fields, paths, by_product=by_product, checked=checked
        )
        return self.log("Update", record, PERSON if by_product else OTHER_CLIENT)

    def delete_in_product(self, policy_id: str) -> StoredPolicy:
        """Let a person delete a policy."""
        return self.log("Delete", self.policies.delete(policy_id), PERSON)

    def log(
        self, activity: Activity, record: StoredPolicy, actor: Actor | None = None
    ) -> StoredPolicy:
        """Note a change in the system log, by default by the API client; return the policy."""
        client_id = self.tokens.client_id
        own = {"name": client_id.partition("@")[0], "uid": client_id, "type": "Service"}
        self.system_log.note(
            activity, record.id, record.fields.get("displayName", ""), actor or own
        )
        return record

    def list_newer_fields(self, policy_id: str, sent: Stored) -> set[str]:
        """Return the fields of a policy that only a tenant with the quirk `newer_api` knows.

        It knows those that it sends, and every other that it was ever sent.
        """
        if not self.quirks.newer_api:
            return set()
        record = self.policies.find(policy_id)
        named = {*NEWER[POLICY], *sent, *(record.fields if record else ())}
        return named - set(get_message(POLICY).by_any_name)


def create(tenant: Tenant, _policy_id: str, request: Stored) -> Stored:
    """Policies.Create."""
    if tenant.quirks.get_or_create:
        named = (request.get("displayName"), request.get("policyType"))
        for record in tenant.policies:
            held = (record.fields.get("displayName"), record.fields.get("policyType"))
            if record.deleted_at is None and held == named:
                return {"policy": record.stored}
    return {"policy": tenant.log("Create", tenant.policies.create(request)).stored}


def get(tenant: Tenant, policy_id: str, _request: Stored) -> Stored:
    """Policies.Get."""
    record = tenant.see("get", tenant.policies).find(policy_id)
    hidden = tenant.quirks.deleted_get == "not_found"
    if record is None or (record.deleted_at is not None and hidden):
        raise TenantError(StatusCode.NOT_FOUND, f"policy {policy_id} not found")
    return {"policy": record.stored}


def update(tenant: Tenant, policy_id: str, request: Stored) -> Stored:
    """Policies.Update."""
    if "policy" not in request:
        raise invalid("policy: value is required")
    sent = request["policy"]
    paths = masks.parse(
        request.get("updateMask"),
        tenant.list_newer_fields(policy_id, sent),
        tolerant=tenant.quirks.odd_masks == "tolerated",
    )
    return {"policy": tenant.log("Update", tenant.policies.update(policy_id, sent, paths)).stored}


def delete(tenant: Tenant, policy_id: str, _request: Stored) -> Stored:
    """Policies.Delete."""
    tenant.log("Delete", tenant.policies.delete(policy_id))
    return {}


def find(tenant: Tenant, _policy_id: str, request: Stored) -> Stored:
    """PolicySearch.Search."""
    smallest, pages = search.SMALLEST_SEARCH_PAGE, tenant.quirks.pages
    read_page, matches = tenant.see("search", tenant.policies).read_page, search.Matcher(request)
    return search.answer(read_page, matches, request, smallest=smallest, pages=pages)


def list_all(tenant: Tenant, _policy_id: str, request: Stored) -> Stored:
    """Policies.List, which asks for nothing in particular."""
    smallest, pages = search.SMALLEST_LIST_PAGE, tenant.quirks.pages
    read_page, matches = tenant.see("list", tenant.policies).read_page, search.Matcher(request)
    return search.answer(read_page, matches, request, smallest=smallest, pages=pages)


def validate_cel(tenant: Tenant, _policy_id: str, request: Stored) -> Stored:
    """PolicyValidate.ValidateCEL."""
    return {"markers": cel.validate(request.get("text", ""), tenant.quirks)}


def try_account_provision(_tenant: Tenant, _policy_id: str, request: Stored) -> Stored:
    """AccountProvisionPolicyTest.Test: answer the value of a literal, and the text of anything
    else.
    """
    text = request.get("cel", "").strip()
    for _, _, fault in brackets.find_faults(text):
        raise invalid(f"cel: {fault}")
    return dict(zip(("type", "value"), brackets.read_literal(text), strict=True))


OPERATIONS: dict[str, Callable[[Tenant, str, Stored], Stored]] = {
    "Policies.List": list_all,
    "Policies.Create": create,
    "Policies.Get": get,
    "Policies.Update": update,
    "Policies.Delete": delete,
    "PolicySearch.Search": find,
    "PolicyValidate.ValidateCEL": validate_cel,
    "AccountProvisionPolicyTest.Test": try_account_provision,
}
