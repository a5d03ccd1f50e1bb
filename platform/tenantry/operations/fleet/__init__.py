"""Many stacks at once: which differ, in what order they are updated, and what is known of it afterwards."""
