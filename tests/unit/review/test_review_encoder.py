"""The solver's value of a condition is that of the evaluation, for requests with known facts."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.evaluate import evaluate
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._review import operators, text_patterns
from pulumi_c1policy._review.encoder import Encoder
from pulumi_c1policy._review.terms import Term, make_constant
from pulumi_c1policy._simulate import fixtures, networks
from pulumi_c1policy._simulate.cel_functions import build_functions
from pulumi_c1policy._simulate.directory import Directory

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
CONDITIONS = [
    "subject.department == subject.jobTitle",
    "subject.department < subject.jobTitle",
    "subject.department + 'b' == subject.jobTitle",
    "subject.department.size() >= 2",
    "size(subject.emails) == 1",
    "subject.emails[0] == subject.department",
    "subject.emails[1] != 'a'",
    "subject.department in subject.emails",
    "subject.department in ['a', subject.jobTitle]",
    "subject.emails == ['a']",
    "has(subject.department) && !has(subject.jobTitle)",
    "has(subject.emails) ? subject.emails[0] == 'a' : task.isGrantPermanent",
    "has(subject.attributes.x) || subject.attributes.x == 1",
    "'x' in subject.attributes && subject.attributes['x'] == 'a'",
    "subject.attributes.x == subject.attributes.y",
    "subject.attributes.x < subject.attributes.y",
    "subject.attributes.x >= 1",
    "subject.attributes.x >= 1.5",
    "subject.attributes.x > 'a'",
    "subject.attributes.x == null",
    "subject.attributes.x == true",
    "subject.attributes.x == ['a']",
    "subject.attributes.x in ['a', 1, true]",
    "subject.attributes.x && task.isGrantPermanent",
    "subject.attributes.x || task.isGrantPermanent",
    "subject.attributes.x.startsWith('a')",
    "subject.attributes.x.matches('b$')",
    "(task.isGrantPermanent ? subject.attributes.x : 'a') == 'a'",
    "subject.jobTitle.contains(subject.department)",
    "subject.jobTitle.endsWith(subject.department)",
    "subject.status == UserStatus.ENABLED",
    "subject.status != USER_STATUS_DISABLED",
    "task.grantDuration > duration('1h30m')",
    "task.grantDuration + duration('1h') < duration('3h')",
    "task.created_at + task.grantDuration > now()",
    "now() - task.created_at <= duration('24h')",
    "task.created_at < timestamp('2026-05-06T00:00:00Z')",
    "ip.is4 || ip.isLoopback",
    "ip.isPrivate",
    "ip.isGlobalUnicast",
    "ip.isMulticast || ip.isLinkLocalMulticast || ip.isUnspecified",
    "cidr('10.0.0.0/8', 'fe80::/10').contains(ip)",
    "ip.within(cidr(['192.168.0.0/16']))",
    "entitlement.annotations['x'] == 'a'",
    "'x' in entitlement.annotations",
    "size(subject.attributes.x) > 1",
    "'a' in subject.attributes.x",
    "subject.attributes.x[0] == 'a'",
    "subject.attributes.x.contains('a')",
    "subject.department.upperAscii() == 'A'",
    "subject.jobTitle.upperAscii().endsWith('B')",
    "subject.jobTitle.upperAscii() in ['AB', 'b']",
    "subject.jobTitle.split('b')[0] == 'a'",
    "subject.jobTitle.split('b')[1] == ''",
    "subject.jobTitle.indexOf('b') == 1",
    "subject.jobTitle.substring(1) == 'b'",
    "subject.jobTitle.ifEmpty('a') == 'a'",
    "(size(subject.jobTitle) - 1) % 2 == 0",
    "(size(subject.jobTitle) - 2) / 2 == 0",
    "-size(subject.jobTitle) * 3 < -2",
    "task.created_at.getHours() > 7",
    "task.created_at.getMinutes('-03:30') < 30",
    "task.created_at.getDayOfWeek('+05:00') == 2",
    "task.created_at.getDate() == 5",
    "task.created_at.getDayOfMonth() == 4",
    "task.created_at.getMonth() == 4 && task.created_at.getFullYear() == 2026",
    "task.grantDuration.getMinutes() > 90",
    "['a', subject.jobTitle].exists(t, t == subject.department)",
    "['a', subject.jobTitle].all(t, t != subject.department)",
]
texts = st.sampled_from(["", "a", "b", "ab", "é", "a\\b", "\n", "😀"])
json_values = st.one_of(
    texts, st.booleans(), st.none(), st.sampled_from([0, 1, 2, 1.5]), st.lists(texts, max_size=2)
)
maps = st.dictionaries(st.sampled_from(["x", "y"]), json_values)


def is_usual(text: str) -> bool:
    """Return whether an address is no IPv4 address, written as an IPv6 address."""
    return getattr(ipaddress.ip_address(text), "ipv4_mapped", None) is None


requests = st.fixed_dictionaries(
    {
        "subject": st.fixed_dictionaries(
            {
                "department": texts,
                "jobTitle": texts,
                "emails": st.lists(texts, max_size=2),
                "attributes": maps,
                "status": st.sampled_from(["ENABLED", "DISABLED", "DELETED"]),
            }
        ),
        "task": st.fixed_dictionaries(
            {
                "isGrantPermanent": st.booleans(),
                "grantDuration": st.integers(0, 4 * 3600).map(lambda n: timedelta(seconds=n)),
                "created_at": st.integers(0, 48 * 3600).map(lambda n: NOW - timedelta(seconds=n)),
            }
        ),
        "entitlement": st.fixed_dictionaries(
            {"annotations": st.dictionaries(st.sampled_from(["x"]), texts)}
        ),
        "ip": st.ip_addresses().map(str).filter(is_usual)
        | st.sampled_from(["10.1.2.3", "127.0.0.1", "::1", "::"]),
    }
)
KINDS = {"subject": "User", "task": "Task", "entitlement": "Entitlement"}


@given(st.sampled_from(CONDITIONS), requests)
def test_the_solver_agrees_with_the_evaluation(source: str, request: dict[str, Any]) -> None:
    variables: dict[str, Any] = {
        name: fixtures.build_record(kind, request[name], name) for name, kind in KINDS.items()
    }
    variables["ip"] = networks.parse_address(request["ip"])
    functions = build_functions(Directory(), NOW)
    real = evaluate(source, Place.RULE_CONDITION, variables, functions)

    encoder = Encoder()
    matches, exists = encoder.encode_condition(source)
    assert not encoder.facts.guesses
    solver = z3.Solver()
    solver.add(*encoder.list_bounds(), *list_facts(encoder, variables, request["ip"]))
    if isinstance(real, Undecided):
        assert solver.check(exists) == z3.unsat, real.reason
        return
    assert solver.check(z3.Not(exists)) == z3.unsat
    assert solver.check(matches == z3.BoolVal(not real)) == z3.unsat
    assert solver.check() == z3.sat


def list_facts(encoder: Encoder, variables: dict[str, Any], ip: str) -> list[Any]:
    facts = encoder.facts
    found = []
    for path, term in facts.fields.items():
        if len(path) > 1:
            found.append(equate(term, variables[path[0]].get(path[1])))
    for (path, key), (term, is_present) in facts.keys.items():
        values = variables[path[0]].get(path[1])
        found.append(is_present == z3.BoolVal(key in values))
        if key in values:
            found.append(equate(term, values[key]))
    if facts.now is not None:
        found.append(equate(facts.now, NOW))
    if facts.address is not None:
        parsed = ipaddress.ip_address(ip)
        found += [facts.address.is4 == (parsed.version == 4), facts.address.number == int(parsed)]
    return found


def equate(term: Term, value: Any) -> Any:
    if term.enum:
        return term.value == z3.StringVal(value.name)
    constant = make_constant(value)
    assert constant is not None
    if term.kind == "any":
        constant = operators.to_any(constant)
        assert constant is not None
    return term.value == constant.value


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("b", "abc", "ac"),
        ("^b", "bc", "abc"),
        ("c$", "abc", "abc\n"),
        ("^a.c$", "abc", "a\nc"),
        ("^(a|bc)+$", "abca", "ab"),
        ("^a|b$", "xb", "bx"),
        ("^[^a-c]{2}$", "xy", "xa"),
        (r"^\d{3,}$", "1234", "12"),
        (r"^\w+@x\.com$", "a_1@x.com", "é@x.com"),
        (r"^\s\S$", "\tx", "xx"),
        ("^a?b*$", "abb", "aab"),
        ("", "anything", None),
        ("(?i)^ks$", "K\u017f", "kz"),
        ("(?i)^[^a-m]$", "z", "A"),
        (r"^[[:alpha:]]+$", "aZ", "a1"),
        (r"^[^[:space:]]$", "a", "\v"),
        (r"\Aa\z", "a", "a\n"),
    ],
)
def test_a_pattern_is_that_of_the_tenant(pattern: str, matching: str, other: str | None) -> None:
    found = text_patterns.translate_pattern(pattern)
    assert found is not None
    for text, expected in ((matching, True), (other, False)):
        if text is None:
            continue
        constant = make_constant(text)
        assert constant is not None
        assert bool(z3.simplify(z3.InRe(constant.value, found))) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(?s)a",
        "[[:print:]]",
        r"(?i)\w",
        r"a\zb",
        r"\pL",
        r"a\b",
        "(?=a)",
        r"(a)\1",
        "a{,2}",
        "a++",
        "(",
        "x^a",
    ],
)
def test_a_pattern_that_only_one_side_reads_is_a_guess(pattern: str) -> None:
    assert text_patterns.translate_pattern(pattern) is None
