"""Break the local platform while clients write, then hold what is stored against what was acknowledged."""
