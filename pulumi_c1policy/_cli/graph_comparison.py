"""The pictures of `c1policy graph` before and after a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pulumi_c1policy._cli import policy_choice, policy_sources, review_sides

if TYPE_CHECKING:
    from pulumi_c1policy._graph.comparison_page import Comparison
    from pulumi_c1policy._graph.picture import Picture
    from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
    from pulumi_c1policy._simulate.directory import Directory
    from pulumi_c1policy._simulate.known_policies import KnownPolicy


def read_before(
    source: str, config: Sequence[str] | None, directory: Mapping[str, Any] | None
) -> tuple[list[KnownPolicy], bool]:
    """Read the policies before the change, and whether they are all policies of a tenant.

    Args:
        source: `tenant`, a file, or a folder with an export or a program.
        config: The config values of the program.
        directory: The directory, which answers the lookups of the program.

    Raises:
        C1PolicyError: The source contains no policies.
        OSError: A file cannot be read.
    """
    if source == policy_sources.TENANT:
        return policy_sources.read_file_or_tenant(source), True
    side = review_sides.read_before(source, config, directory)
    return list(side.policies), side.extent == "tenant"


def render_changes(
    found: PolicySet,
    directory: Directory,
    names: Sequence[str],
    format: Literal["mermaid", "svg", "html"],
) -> str:
    """Render the policies before and after a change.

    Args:
        found: The policies of both sides.
        directory: The names of people, groups and apps.
        names: The arguments that name policies of either side; empty for all.
        format: The format.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
        typer.BadParameter: A name matches no policy.
    """
    from pulumi_c1policy._graph import comparison_page, mermaid, svg
    from pulumi_c1policy._graph.picture_changes import mark_changes

    pairs = policy_choice.select(found.pairs, _list_sides, names)
    if format == "html":
        overview = _draw_maps(pairs, found) if len(pairs) > 1 else None
        policies = [_compare(pair, found, directory) for pair in pairs]
        return comparison_page.render(overview and comparison_page.Comparison(*overview), policies)
    if not names and len(pairs) > 1:
        before, after = _draw_maps(pairs, found)
    else:
        before, after = _draw_policies(pairs, found, directory)
    marks = mark_changes(before, after)
    if format == "svg":
        return svg.render_sides(before, after, marks)
    return mermaid.render_sides(before, after, marks)


def _list_sides(pair: PolicyPair) -> list[KnownPolicy]:
    return [policy for policy in (pair.old, pair.new) if policy is not None]


def _split(pairs: Sequence[PolicyPair]) -> tuple[list[KnownPolicy], list[KnownPolicy]]:
    """Return the policies before the change, and those after it."""
    old = [pair.old for pair in pairs if pair.old is not None]
    return old, [pair.new for pair in pairs if pair.new is not None]


def _draw_maps(pairs: Sequence[PolicyPair], found: PolicySet) -> tuple[Picture, Picture]:
    from pulumi_c1policy._graph.policy_pictures import draw_map

    old, new = _split(pairs)
    return draw_map(old, found.old), draw_map(new, found.new)


def _draw_policies(
    pairs: Sequence[PolicyPair], found: PolicySet, directory: Directory
) -> tuple[Picture, Picture]:
    from pulumi_c1policy._graph.policy_pictures import draw_policies

    old, new = _split(pairs)
    return draw_policies(old, found.old, directory), draw_policies(new, found.new, directory)


def _compare(pair: PolicyPair, found: PolicySet, directory: Directory) -> Comparison:
    from pulumi_c1policy._graph.comparison_page import Comparison

    before, after = _draw_policies([pair], found, directory)
    return Comparison(before if pair.old else None, after if pair.new else None, pair.shown.id)
