"""A record of every change to a tenant: a line each, chained by digests, beside the stack's state."""
