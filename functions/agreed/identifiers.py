"""The shapes of a record's id and of the name of a subset, such as a collection's."""

import re
from typing import Final

ID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")  # a ULID in its canonical form
SUBSET: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
