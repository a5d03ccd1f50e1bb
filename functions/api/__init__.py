"""What the functions of the API share; the authorizer uses its routes, logs and metrics only."""
