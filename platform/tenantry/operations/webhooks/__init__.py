"""See to a tenant's receivers of webhooks where it runs: how they are, a test, what to send again."""
