"""Checks of inputs before anything is sent. Pure: no client, no I/O, no engine."""
