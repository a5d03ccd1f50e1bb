"""What an operator does to a running platform, local or on AWS."""
