"""A page over a running platform: rendered here, seen on this machine alone, and able to change nothing."""
