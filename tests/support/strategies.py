"""Random policies that cover the whole model.

`policies` gives valid inputs in the spelling of programs. `accepted_policies` gives inputs that a
tenant accepts, too. `make_sample` and `make_minimal` return a fixed value of a field or a message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from pulumi_c1policy._model.normalize import canonicalize
from pulumi_c1policy._model.policy import POLICY, RULE
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.steps import POLICY_STEPS
from pulumi_c1policy._model.tree import Tree

OTHER_POLICIES = ("2other00000000000000000policyA", "2other00000000000000000policyB")
"""The default ids of policies that other policies point to."""

EXPRESSIONS = {
    "rule-condition": (
        'subject.department == "Sales"',
        "subject.jobTitle == 'Engineer' && size(subject.emails) > 1",
        'c1.user.v1.HasApp(subject, "app")',
        '"Job Code" in subject.attributes',
    ),
    "wait-condition": ('c1.user.v1.HasApp(subject, "app")', 'subject.department == "Sales"'),
    "approver": ("appOwners", "c1.directory.users.v1.GetManagers(subject)"),
    "provisioner": ("appOwners", "c1.directory.users.v1.GetManagers(subject)"),
    "account-config": ("subject.email", "subject.displayName", "[subject.email]", '"täxt_ A"'),
    "form": ("subject.email", '"text"'),
}
"""Valid expressions for every place of the model."""

AWKWARD_KEYS = (
    "with_underscore",
    "stepKey",
    "dotted.key.name",
    "CAPITALS",
    "two words",
    'quo"te',
    "back\\slash",
    "[0]",
    "Grüße, 世界",
    "policy_steps",
    "*",
    "line\nbreak",
)
"""Valid map keys that a wrong conversion of a path or a name would change."""

_IDS = st.sampled_from(["2b8KyNq", "2c-Other_id", "usr.3", "ID 4", "五"])
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["text", " spaces ", "null", "0", "false", "{}", "camelCase snake_case"]
)
_KEYS = st.sampled_from(AWKWARD_KEYS) | _TEXT.filter(bool)
_INTEGERS = {
    Scalar.INT32: (-(2**31), 2**31 - 1),
    Scalar.UINT32: (0, 2**32 - 1),
    Scalar.INT64: (-(2**63), 2**63 - 1),
    Scalar.UINT64: (0, 2**64 - 1),
}
_EXACT_IN_A_DOUBLE = 2**53
_DEEPEST = 2
_REVIEWABLE = {"POLICY_TYPE_GRANT", "POLICY_TYPE_ACCESS_REQUEST", "POLICY_TYPE_CERTIFY"}


@st.composite
def policies(draw: DrawFn, policy_ids: Sequence[str] = OTHER_POLICIES) -> Tree:
    """Draw valid inputs of a policy, in any spelling that a program may choose.

    Args:
        draw: The function of hypothesis.
        policy_ids: Policies that exist in the tenant, of any type that the policy may point to.
    """
    kind = draw(st.sampled_from(_list_choices(POLICY.fields["policy_type"])))
    baseline = kind.removeprefix("POLICY_TYPE_").lower()
    distinct = kind in _REVIEWABLE
    steps = draw(st.dictionaries(_KEYS, messages(POLICY_STEPS, distinct=distinct), max_size=2))
    steps.pop(baseline, None)
    out: Tree = {"display_name": draw(_TEXT.filter(bool)), "policy_type": kind}
    if policy_ids and draw(st.integers(0, 4)) == 0:
        out["baseline_policy_id"] = draw(st.sampled_from(policy_ids))
    else:
        steps[baseline] = draw(messages(POLICY_STEPS, distinct=distinct))
    if steps:
        out["policy_steps"] = steps
    if rules := draw(st.lists(_rules(tuple(steps), tuple(policy_ids)), max_size=3)):
        out["rules"] = rules
    if kind == "POLICY_TYPE_CERTIFY":
        out |= draw(
            _optional_field("post_actions", st.just([{"certify_remediate_immediately": True}]))
        )
    out |= draw(_optional_field("scope", messages(POLICY.fields["scope"].type)))
    out |= draw(_optional_field("annotations", annotation_maps()))
    out |= draw(_optional_field("description", _TEXT | st.none()))
    out |= draw(_optional_field("reassign_tasks_to_delegates", st.booleans()))
    return draw(st.permutations(list(out.items())).map(dict))


def accepted_policies(policy_ids: Sequence[str] = OTHER_POLICIES) -> SearchStrategy[Tree]:
    """Return a strategy of inputs that pass every check with default severities."""
    return policies(policy_ids).map(_repair)


def _repair(inputs: Tree) -> Tree:
    """Return inputs without rejected steps, and with the fields that tenants require."""
    kind = inputs["policy_type"]
    if kind not in ("POLICY_TYPE_GRANT", "POLICY_TYPE_REVOKE", "POLICY_TYPE_CERTIFY"):
        baseline = kind.removeprefix("POLICY_TYPE_").lower()
        lists = {("grant" if k == baseline else k): v for k, v in _get_step_lists(inputs).items()}
        inputs = inputs | {"policy_type": "POLICY_TYPE_GRANT"}
        if lists:
            inputs["policy_steps"] = lists
        if rules := inputs.get("rules"):
            inputs["rules"] = [
                {n: "grant" if v == baseline and n.endswith("_key") else v for n, v in r.items()}
                for r in rules
            ]
    lists = {}
    for key, entry in _get_step_lists(inputs).items():
        steps = [s for s in entry.get("steps") or [] if not {"provision", "action"} & s.keys()]
        mended = [_repair_step(step, inputs["policy_type"]) for step in steps]
        lists[key] = entry | {"steps": mended or [{"reject": {}}]}
    return inputs | ({"policy_steps": lists} if lists else {})


def _get_step_lists(inputs: Tree) -> Tree:
    return dict(inputs.get("policy_steps") or {})


def _repair_step(step: Tree, policy_type: str) -> Tree:
    approval = step.get("approval")
    if not approval:
        return step
    if "agent" in approval:
        agent = {
            "agent_mode": "APPROVAL_AGENT_MODE_COMMENT_ONLY",
            "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
        }
        allows_agents = policy_type != "POLICY_TYPE_REVOKE"
        approver: Tree = {"agent": agent} if allows_agents else {"manager": {}}
        return {"approval": {k: v for k, v in approval.items() if k != "agent"} | approver}
    return {"approval": {name: _add_fallback(value) for name, value in approval.items()}}


def _add_fallback(approver: Any) -> Any:
    if not isinstance(approver, dict) or not approver.get("fallback"):
        return approver
    if approver.get("is_group_fallback_enabled"):
        groups = approver.get("fallback_group_ids") or [{"app_id": "a", "app_entitlement_id": "e"}]
        return approver | {"fallback_group_ids": groups}
    return approver | {"fallback_user_ids": approver.get("fallback_user_ids") or ["user"]}


def _optional_field(name: str, values: SearchStrategy[Any]) -> SearchStrategy[Tree]:
    return st.just({}) | st.fixed_dictionaries({name: values})


def annotation_maps(most: int = 13) -> SearchStrategy[dict[str, str]]:
    """Return a strategy of annotations that leave room for the three ownership annotations."""
    keys = st.from_regex(r"[A-Zabd-z][A-Za-z0-9._/-]{0,12}", fullmatch=True)
    values = st.from_regex(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,12}", fullmatch=True)
    return st.dictionaries(keys, values, max_size=3) | st.just(
        {f"key_{number}": "v" * 256 for number in range(most)}
    )


def _rules(keys: tuple[str, ...], policy_ids: tuple[str, ...]) -> SearchStrategy[Tree]:
    outcomes = [{name: key} for key in keys for name in ("step_key", "policy_key")]
    outcomes += [{"policy_id": policy_id} for policy_id in policy_ids]
    conditions = item_values(RULE.fields["condition"])
    if not outcomes:
        return st.nothing()
    return st.builds(
        lambda outcome, condition: {"condition": condition, **outcome},
        st.sampled_from(outcomes),
        conditions,
    )


def messages(message: Any, *, depth: int = 0, distinct: bool = True) -> SearchStrategy[Tree]:
    """Return a strategy of valid trees of one message.

    Args:
        message: The message.
        depth: The number of messages of the same kind above it.
        distinct: True if `require_distinct_approvers` may be set.
    """
    return _messages(message, depth, distinct)


@cache
def _messages(message: Message, depth: int, distinct: bool) -> SearchStrategy[Tree]:
    optional, groups = [], dict(message.oneofs)
    for field in message.fields.values():
        settable = not (field.output_only or field.oneof or field.required or field.alias_of)
        if settable and (distinct or field.name != "require_distinct_approvers"):
            optional.append(field.name)

    @st.composite
    def build(draw: DrawFn) -> Tree:
        out: Tree = {}
        for group, members in groups.items():
            allowed = [m for m in members if m != "multi_step" or depth < _DEEPEST]
            choices = allowed if group in message.required_oneofs else [*allowed, ""]
            if chosen := draw(st.sampled_from(choices)):
                out[chosen] = draw(_member_values(message.fields[chosen], depth, distinct))
        names = st.lists(st.sampled_from(optional), max_size=3, unique=True)
        for name in draw(names) if optional else ():
            out[name] = draw(
                _values(message.fields[name], depth, distinct) | _unset_values(name, message)
            )
        for field in message.fields.values():
            if field.required:
                out[field.name] = draw(_values(field, depth, distinct))
            if field.kept_if and out.get(field.name) is not None:
                out[field.kept_if] = True
        return out

    return build()


def _member_values(field: Field, depth: int, distinct: bool) -> SearchStrategy[Any]:
    """Return a strategy of values of a chosen member of a oneof, without `False`."""
    if field.type is Scalar.BOOL:
        return st.just(True)
    return _values(field, depth + (field.name == "multi_step"), distinct)


def _unset_values(name: str, message: Message) -> SearchStrategy[Any]:
    """Return a strategy of the values that mean "unset" in an optional field."""
    field = message.fields[name]
    zeros: list[Any] = [None]
    if field.shape != "one":
        zeros.append([] if field.shape == "list" else {})
    elif field.type in (Scalar.BOOL, Scalar.STRING):
        zeros.append(False if field.type is Scalar.BOOL else "")
    elif isinstance(field.type, Enum):
        zeros.append(field.type.zero)
    return st.sampled_from(zeros)


def _values(field: Field, depth: int, distinct: bool) -> SearchStrategy[Any]:
    """Return a strategy of whole values of a field."""
    if field.shape == "one":
        return item_values(field, depth, distinct)
    items = item_values(field, depth, distinct)
    if field.shape == "map":
        return st.dictionaries(_KEYS, items, max_size=2)
    least = field.least or int(field.required)
    if field.unordered and field.name.endswith("_ids") and field.most:
        several = st.integers(least, field.most).map(lambda n: [f"user {i}" for i in range(n)])
        return several | st.lists(items, min_size=least, max_size=3, unique=True)
    unique = _make_key if field.unordered else None
    return st.lists(items, min_size=least, max_size=3, unique_by=unique)


def _make_key(item: Any) -> str:
    return json.dumps(item, sort_keys=True) if isinstance(item, dict) else str(item)


@cache
def item_values(field: Field, depth: int = 0, distinct: bool = True) -> SearchStrategy[Any]:
    """Return a strategy of values of one item of a field."""
    kind = field.type
    if isinstance(kind, Message):
        values = _messages(kind, depth, distinct)
        return values.filter(lambda tree: canonicalize(kind, tree)) if field.required else values
    if isinstance(kind, Enum):
        return st.sampled_from(kind.values[1:])
    if kind in _INTEGERS:
        spans = st.sampled_from(["1h", "90m", "3600s", "1.5h", 7200])
        return _integers(field, kind) | spans if field.span else _integers(field, kind)
    if kind is Scalar.DURATION:
        return _durations(field)
    if kind is Scalar.STRUCT:
        return _json_objects()
    if kind is Scalar.BOOL:
        return st.booleans()
    if field.cel:
        return st.sampled_from(EXPRESSIONS[field.cel])
    if field.name.endswith(("_id", "_ids")):
        return _IDS
    return _TEXT.filter(bool) if field.required else _TEXT


def _integers(field: Field, kind: Any) -> SearchStrategy[Any]:
    lowest, highest = _INTEGERS[kind]
    lowest = lowest if field.least is None else field.least
    highest = highest if field.most is None else field.most
    exact = st.integers(max(lowest, -_EXACT_IN_A_DOUBLE), min(highest, _EXACT_IN_A_DOUBLE))
    return exact | st.integers(lowest, highest).map(str)


def _durations(field: Field) -> SearchStrategy[Any]:
    """Return a strategy of durations within bounds, in spellings that a state keeps."""
    least, most = field.least or 1, field.most or 10**7
    spellings = [lambda n: n, lambda n: f"{n}s", lambda n: f"{n * 1000}ms", lambda n: f"{n}.0s"]
    spellings.append(lambda n: f"{n // 3600}h{n % 3600}s" if n >= 3600 else f"{n}s")
    spelled = st.builds(
        lambda n, spell: spell(n), st.integers(least, most), st.sampled_from(spellings)
    )
    return spelled | st.sampled_from(["1h", "1.5h", "5400.5s", 5400.5, "90m", "2d", "1w"])


def _json_objects() -> SearchStrategy[Tree]:
    """Return a strategy of free-form JSON, without the nulls that a state file drops."""
    leaves = st.sampled_from(EXPRESSIONS["account-config"]) | st.booleans() | st.integers(-9, 9)
    inner = st.recursive(
        leaves | st.just(0.5),
        lambda below: st.lists(below, max_size=2) | st.dictionaries(_KEYS, below, max_size=2),
        max_leaves=4,
    )
    return st.dictionaries(_KEYS, inner, max_size=2)


def _list_choices(field: Field) -> tuple[str, ...]:
    assert isinstance(field.type, Enum)
    return field.type.values[1:]


def make_sample(field: Field, other_than: Any = None) -> Any:
    """Return a valid non-zero value of one item of `field` that differs from `other_than`."""
    kind = field.type
    if isinstance(kind, Message):
        return make_meaningful(kind)
    choices: tuple[Any, ...]
    if isinstance(kind, Enum):
        choices = (*kind.values[1:], "OF_A_NEWER_API")
    elif kind is Scalar.STRUCT:
        choices = ({"email": "subject.email"}, {"email": "subject.displayName"})
    elif field.cel:
        choices = EXPRESSIONS[field.cel]
    elif kind is Scalar.BOOL:
        choices = (True, False)
    elif kind is Scalar.DURATION:
        choices = ("7200s", "10800s")
    elif kind in _INTEGERS:
        choices = (7, 8) if kind in (Scalar.INT32, Scalar.UINT32) else ("7", "8")
    else:
        choices = ("sample", "another")
    return next(choice for choice in choices if choice != other_than)


def make_whole_sample(field: Field) -> Any:
    """Return a valid value of `field` as a whole, of any shape."""
    one = make_sample(field)
    return {"one": one, "list": [one], "map": {"a_key": one}}[field.shape]


def make_minimal(message: Message) -> Tree:
    """Return the smallest valid tree of a message."""
    out: Tree = {f.name: make_whole_sample(f) for f in message.fields.values() if f.required}
    for group in sorted(message.required_oneofs):
        first = message.fields[message.oneofs[group][0]]
        out[first.name] = (
            make_minimal(first.type) if isinstance(first.type, Message) else make_sample(first)
        )
    return out


def make_meaningful(message: Message) -> Tree:
    """Return the smallest valid tree of a message that is not empty, if the message has fields."""
    if out := make_minimal(message):
        return out
    first = next((f for f in message.fields.values() if not f.output_only), None)
    return {first.name: make_whole_sample(first)} if first else {}
