"""What happens to a policy over its life: checked, compared, planned, carried out.

The pure half (everything but `operations`) has no client and does no I/O. No engine is known here.
"""
