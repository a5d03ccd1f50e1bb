"""The program's resources once more, each an L1 construct: CDK at its cheapest.

The values are the program's own; where one resource names another there, the construct names the other
construct. `__main__.py` runs it all, with the packages of `make peers`.
"""
