"""Measurements of the package: requests, time, CPU and memory, and the same of an empty provider.

`make bench` runs all of it, prints the tables and rewrites them in docs/performance.md. Requests
are asserted in tests/integration/performance; times are only ever measured. Processes are watched
through /proc, so it takes Linux.
"""
