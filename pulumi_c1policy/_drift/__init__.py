"""The comparison of recorded states with the tenant, without the engine and without a program.

It uses the plans of the lifecycle, so that it gives the answer of a refresh. It writes nothing.
"""
