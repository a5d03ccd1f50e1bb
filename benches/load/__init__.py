"""Show whether one tenant's flood is another's trouble."""
