"""Deliver a tenant's stored contact messages from its queue, by webhook or e-mail, at least once each."""
