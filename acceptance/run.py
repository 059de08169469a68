"""One run of the suite: every fact in turn, then a clean-up of the tenant."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import httpx

from acceptance import clean
from acceptance.context import Context
from acceptance.fact import Contradicted, Fact, NotTried, Verdict
from acceptance.target import RefusedError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal ended the run."""


def run(context: Context, facts: Sequence[Fact]) -> dict[str, Verdict]:
    """Try every fact that has a case, and always clean up.

    Returns:
        The verdict of each tried fact by its id.

    Raises:
        RefusedError: The credential cannot make and delete a policy, so that no fact can be tried.
        Interrupted: A signal came. The tenant is clean by then.
    """
    verdicts: dict[str, Verdict] = {}
    with _raise_on_signals():
        try:
            _check_access(context)
            for fact in facts:
                if fact.case is not None:
                    verdicts[fact.id] = _try(context, fact)
        finally:
            finish(context)
    return verdicts


def finish(context: Context) -> int:
    """Delete all policies of the run; report and return the number of the remaining ones."""
    with _ignore_signals():
        left = clean.sweep(context)
    if left:
        print(
            f"{left} policies could not be deleted: run `make acceptance CLEAN={context.run_id}`.",
            file=sys.stderr,
        )
    return left


def _check_access(context: Context) -> None:
    try:
        made = context.create()
        context.delete(made["id"])
    except (Contradicted, NotTried) as error:
        raise RefusedError(f"The credential cannot make a policy: {error}.") from error


def _try(context: Context, fact: Fact) -> Verdict:
    since = len(context.made)
    verdict, reason = _judge(context, fact)
    clean.delete_made(context, since)
    if reason:
        # Reasons may quote the tenant, so they never enter a report.
        print(f"{fact.id}: {verdict}: {reason}", file=sys.stderr, flush=True)
    return verdict


def _judge(context: Context, fact: Fact) -> tuple[Verdict, str]:
    try:
        if fact.case is not None:
            fact.case(context)
    except Contradicted as error:
        return Verdict.CONTRADICTED, str(error) or "otherwise"
    except NotTried as error:
        return Verdict.NOT_TRIED, str(error) or "not possible here"
    except (KeyError, TypeError, ValueError, LookupError, AttributeError) as error:
        # A case reads an answer as the API describes it: another form is another behaviour.
        return Verdict.CONTRADICTED, f"an answer of another form: {error!r}"
    except httpx.HTTPError as error:
        return Verdict.NOT_TRIED, f"no answer: {type(error).__name__}"
    return Verdict.CONFIRMED, ""


@contextmanager
def _raise_on_signals() -> Iterator[None]:
    def stop(number: int, _frame: FrameType | None) -> None:
        raise Interrupted(signal.Signals(number).name)

    held = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


@contextmanager
def _ignore_signals() -> Iterator[None]:
    """Ignore signals: an impatient second Ctrl-C would leave policies behind."""
    held = {number: signal.signal(number, signal.SIG_IGN) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
