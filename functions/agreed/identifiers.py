"""The shapes of a record's id and of the name of a subset, such as a collection's.

None holds `#`, which parts keys, a line feed, or what a URL's path would have to escape.
"""

import re
from typing import Final

ID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")  # a ULID in its canonical form
CHOSEN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")  # a client's, or a ULID
SUBSET: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
