"""The items group: a tenant's collections of JSON objects."""
