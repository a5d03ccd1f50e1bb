"""Compare what Tenantry costs with what comparable platforms cost, each goal as a ratio to a named peer."""
