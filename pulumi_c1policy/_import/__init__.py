"""A program, and the state that goes with it, for the existing policies of a tenant.

`policy_selection` selects the policies, `adoptable` decides for each whether it can be adopted, and
`attachable` does so for attachments. `references` lists the ids in the inputs, and `tenant_objects`
decides about their names and lookups. `program_writer` writes the program and `import_file` the
file for `pulumi import`. Pure: imports no engine, no HTTP and no terminal.
"""
