"""Policies worked out offline: which rule matches, who is asked, what is skipped, what a change
alters.

Knows no engine, no HTTP and no terminal. `simulation` has the one entry, `impact` the comparison.
What cannot be decided is an `Undecided` with its reason, never a guess.
May import `_cel`, `_model` and `errors`, nothing else of ours.
"""
