"""Prove, from what the program registers and without AWS, that no tenant reaches another."""
