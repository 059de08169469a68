"""Deletion of the policies of a run, and of nothing else."""

from __future__ import annotations

import re
import secrets

from acceptance.context import Context
from acceptance.fact import Contradicted, NotTried
from acceptance.http import POLICIES, SEARCH, Json, read_json

_RUN_ID = re.compile(r"c1accept[0-9a-f]{12}")
_ID = re.compile(r"[A-Za-z0-9]{1,64}")


def new_run_id() -> str:
    """Return a run id that no other run has. It is one word, so that a search finds it."""
    return f"c1accept{secrets.token_hex(6)}"


def is_run_id(text: str) -> bool:
    """Return whether a text is a whole run id: a part of one would match more."""
    return _RUN_ID.fullmatch(text) is not None


def delete_made(context: Context, since: int) -> None:
    """Delete the policies that the run made after the first `since` ones, as far as possible.

    What stays is left to `sweep`.
    """
    ids = context.made[since:]
    _delete_all(context, [policy for policy in (_read_own(context, i) for i in ids) if policy])


def sweep(context: Context) -> int:
    """Delete every policy with the run id in its name; return the number of the remaining ones.

    A policy that a lost answer or the Pulumi CLI made is found by its name alone.
    """
    found = set(context.made)
    questions: tuple[tuple[str, Json], ...] = ((SEARCH, {"query": context.run_id}), (POLICIES, {}))
    for path, asked in questions:
        try:
            pages = context.read_pages(path, **asked)
        except (Contradicted, NotTried):
            continue
        found |= {
            str(row.get("id", ""))
            for page in pages
            for row in page
            if context.run_id in str(row.get("displayName", ""))
        }
    mine = [policy for policy in (_read_own(context, i) for i in sorted(found)) if policy]
    return _delete_all(context, mine)


def _read_own(context: Context, policy_id: str) -> Json | None:
    """Read a policy again; return None unless it is a live policy of the run."""
    if not _ID.fullmatch(policy_id):
        return None
    answer = _try(context, "GET", policy_id)
    policy = (answer or {}).get("policy")
    if not isinstance(policy, dict) or policy.get("id") != policy_id:
        return None
    name = str(policy.get("displayName") or "")
    # An update that empties more than its mask says may cost a policy of this run its name.
    is_own = context.run_id in name or (not name and policy_id in context.made)
    return (
        policy if is_own and not (policy.get("systemBuiltin") or policy.get("deletedAt")) else None
    )


def _delete_all(context: Context, policies: list[Json]) -> int:
    """Delete policies, each before those that it points to; return the number of the rest."""
    left = {str(policy["id"]): _collect_targets(policy) for policy in policies}
    while left:
        pointed_to = {
            target for key, targets in left.items() for target in targets if target != key
        }
        free = [key for key in left if key not in pointed_to] or list(left)
        gone = [key for key in free if _try(context, "DELETE", key) is not None]
        if not gone:
            return len(left)
        for key in gone:
            del left[key]
    return 0


def _collect_targets(value: object) -> set[str]:
    """Collect every id of a policy in a JSON value."""
    if isinstance(value, list):
        return set().union(*map(_collect_targets, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(_collect_targets, value.values()))
    for key in ("policyId", "baselinePolicyId"):
        if isinstance(value.get(key), str):
            found.add(value[key])
    return found | {item for item in value.get("policyIds") or [] if isinstance(item, str)}


def _try(context: Context, method: str, policy_id: str) -> Json | None:
    """Send a request twice if need be; return the answer's JSON, or None without a success."""
    for _ in range(2):
        try:
            body: Json | None = {} if method == "DELETE" else None
            answer = context.api.call(method, f"{POLICIES}/{policy_id}", body)
        except NotTried:
            continue
        return read_json(answer) if answer.status_code == 200 else None
    return None
