"""A tenant's data as a file, out of a table and back."""
