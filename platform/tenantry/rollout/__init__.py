"""The rules of a rollout: rings, rates, gates and what a journal means. Pure functions alone."""
