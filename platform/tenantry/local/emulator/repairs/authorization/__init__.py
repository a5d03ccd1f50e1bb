"""IAM: what the emulator does not judge."""
