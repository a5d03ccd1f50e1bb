"""Show that a page costs the same whatever the collection holds."""
