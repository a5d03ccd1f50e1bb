"""What updates cost under the real engine, of a cell in one stack and of tenants in stacks of their own."""
