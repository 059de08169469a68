"""The policy model: the API's messages and fields as data, and functions of that data alone.

Nothing here knows Pulumi, HTTP or the terminal.
"""
