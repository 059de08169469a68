"""Set-up, demonstration and generators of a clone. Not part of the installed package."""
