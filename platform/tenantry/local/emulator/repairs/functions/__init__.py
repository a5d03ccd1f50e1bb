"""Lambda: workers, layers and failures."""
