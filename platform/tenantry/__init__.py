"""Tenantry: one YAML file per tenant becomes keyed, authorized API calls on AWS."""
