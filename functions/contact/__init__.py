"""The contact group: a form's message is stored, then answered with 202."""
