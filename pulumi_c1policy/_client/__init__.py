"""The tenant's API over HTTP: settings, credentials, retries and the calls themselves.

The only importer of httpx. It is empty, so that reading the settings loads no HTTP library. It
must not import the lifecycle, the CLI, Pulumi or the emulator.
"""
