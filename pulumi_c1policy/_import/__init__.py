"""From policies that a tenant has to a program that declares them, and to the state that goes with it.

`choice` picks the policies, `adoption` judges each, `names` and `program` write the program, `entries` the
file for `pulumi import`. Pure: no engine, no HTTP and no terminal; of Pulumi only what that file looks like.
"""
