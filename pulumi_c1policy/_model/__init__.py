"""The policy model: the API's messages and fields as data, and what follows from that data alone.

Nothing here knows Pulumi, HTTP or the terminal.
"""
