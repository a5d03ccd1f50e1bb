"""Turn one tenant's token into a policy for this tenant's stage, or refuse it."""
