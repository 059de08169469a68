"""A program, and the state that goes with it, for policies that a tenant has.

`choice` picks the policies, `adoption` judges each, `names` and `program` write the program, and
`entries` writes the file for `pulumi import`. Pure: no engine, no HTTP and no terminal.
"""
