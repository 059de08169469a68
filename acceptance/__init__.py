"""A conformance suite: facts about tenants, each tried over HTTP against the emulator or a tenant.

It shares no code with the emulator. It is not part of the package that users install.
"""
