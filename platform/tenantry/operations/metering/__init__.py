"""What tenants use and how they fare, in figures."""
