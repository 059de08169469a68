"""Execution of plans over the client: create, read, update, delete."""
