"""The facts by subject; `FACTS` has all of them in the order in which they are tried."""

from __future__ import annotations

from acceptance.fact import Fact
from acceptance.facts import (
    access,
    cli,
    definitions,
    expressions,
    lists,
    refusals,
    untried,
    updates,
)

FACTS: tuple[Fact, ...] = (
    *access.FACTS,
    *lists.FACTS,
    *definitions.FACTS,
    *refusals.FACTS,
    *updates.FACTS,
    *expressions.FACTS,
    *cli.FACTS,
    *untried.FACTS,
)
"""Every fact, tried or not."""
