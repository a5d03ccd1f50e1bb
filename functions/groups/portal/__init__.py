"""The portal of a tenant's developers: web pages of their own calls, deliveries, usage, keys and clients."""
