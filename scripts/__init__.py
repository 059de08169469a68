"""Set-up and demonstration of a clone of the repository. Nothing here is part of the installed package."""
