"""A tenant's records, as written and as they come."""
