"""The two ways in which what a user asked for can go wrong; exit codes follow them."""


class WrongInput(Exception):
    """What was given cannot be used; the message says where, what, and what to give instead."""


class Failed(Exception):
    """It did not work; the message says why and what to do."""
