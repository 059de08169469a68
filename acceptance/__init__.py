"""A conformance suite: the facts about tenants that the project relies on, each with a trial.

It is not shipped. It runs against the emulator or a real tenant, over HTTP, and shares no code with
the emulator: `target` starts one, and nothing else imports it.
"""
