"""The contract, and what API Gateway is given of it."""
