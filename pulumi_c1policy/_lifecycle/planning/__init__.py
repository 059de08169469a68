"""Comparison of desired, prior and live policies, and the plan that follows.

Pure: no client, no I/O, no engine.
"""
