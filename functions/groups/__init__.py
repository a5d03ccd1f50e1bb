"""Route groups: a folder each, whole in itself."""
