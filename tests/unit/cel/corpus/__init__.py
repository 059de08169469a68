"""Expressions of every kind and place, each with what is to be said of it.

In those that get a remark `‸` stands before the place that the caret points to.
"""

from tests.unit.cel.corpus.case import MANAGERS, Case
from tests.unit.cel.corpus.doubtful import DOUBTFUL
from tests.unit.cel.corpus.right import RIGHT
from tests.unit.cel.corpus.wrong import WRONG

__all__ = ["DOUBTFUL", "MANAGERS", "RIGHT", "WRONG", "Case"]
