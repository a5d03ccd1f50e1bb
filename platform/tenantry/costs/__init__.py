"""What a tenant costs a month: estimated from its workload, or worked out from what it used; pure rules."""
