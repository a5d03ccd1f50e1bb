"""What the functions of the API share; the authorizer uses its routes, subjects, logs and metrics only."""
