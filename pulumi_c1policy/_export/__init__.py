"""A tenant's policies and attachments as files that can be reviewed and compared in git.

Equal objects give identical bytes, so that a second export without a change changes no file.
"""
