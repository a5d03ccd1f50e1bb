"""API Gateway: stages, bodies, usage and logs."""
