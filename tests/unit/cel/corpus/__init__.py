"""Expressions of every kind and place, with their expected diagnostics.

In an expression with a diagnostic, `‸` precedes the character that the caret points to.
"""

from tests.unit.cel.corpus.accepted import ACCEPTED
from tests.unit.cel.corpus.case import LIBRARY_WORDS, MANAGERS, Case
from tests.unit.cel.corpus.rejected import REJECTED
from tests.unit.cel.corpus.warned import WARNED

__all__ = ["ACCEPTED", "LIBRARY_WORDS", "MANAGERS", "REJECTED", "WARNED", "Case"]
