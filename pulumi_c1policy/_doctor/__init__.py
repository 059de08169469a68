"""The checks of an installation, of its settings and of its way to a tenant: `c1policy doctor`.

It never writes, neither to the tenant nor to a state. Must not import Pulumi, which may be missing
or belong to another Python environment: a process of its own tells about it.
"""
