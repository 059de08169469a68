"""The command `c1policy`, one file per command. Only this package prints."""
