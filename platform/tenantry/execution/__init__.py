"""Run the program without the Pulumi engine, or faster under it."""
