"""The same item, read and written in the ways that others write APIs on Lambda: one module, one `handle` each.

They run under `cold.py` in interpreters of their own, with the packages of `make peers` and no others.
"""
