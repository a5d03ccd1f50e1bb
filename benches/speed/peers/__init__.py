"""The same item, read and written in the ways of others on Lambda: a module and a `handle` for each.

They run under `cold.py` in interpreters of their own, with the packages of `make peers` and no others.
"""
