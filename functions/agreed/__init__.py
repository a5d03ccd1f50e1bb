"""What platform and functions agree on, once: standard library alone."""
