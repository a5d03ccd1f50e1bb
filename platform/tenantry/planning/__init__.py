"""Say what a change does, tenant by tenant, before anything is deployed."""
