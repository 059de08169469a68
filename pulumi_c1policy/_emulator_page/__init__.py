"""The page of an emulated tenant: its policies as pictures, its requests, edits and faults."""
