"""The contact group: a form's message is queued for delivery and stored, then answered with 202."""
