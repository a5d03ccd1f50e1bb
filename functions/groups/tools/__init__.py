"""The tools group: a tenant's own staff work through contact messages and see counts."""
