"""The portal as its group and the command that makes links to it spell it."""

from typing import Final

GROUP: Final = "portal"
KEY: Final = "portal_key"  # the value that links and sessions are sealed with
LINK: Final = "link"  # the purpose that a link is sealed for, and the parameter that carries it
ENTER: Final = "/portal/enter"  # below a stage's address
SHORTEST_SECONDS: Final = 60
LONGEST_SECONDS: Final = 86_400
CLIENTS: Final = "clients"  # the right to make, change and remove clients of the token endpoint
