"""Names that go into names of AWS resources; a slug never ends where another one could go on.

The bounds come from Lambda: `tenantry_<cell>_<slug>_authorizer` must fit the 64 characters of a function.
"""

import re
from typing import Annotated

from pydantic import StringConstraints

SLUG_PATTERN = "^[a-z][a-z0-9-]{1,30}[a-z0-9]$"
CELL_PATTERN = "^[a-z][a-z0-9-]{0,9}[a-z0-9]$"
KEY_PATTERN = "^[a-z0-9][a-z0-9-]{0,30}$"

KeyName = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
CellName = Annotated[str, StringConstraints(pattern=CELL_PATTERN)]

SLUG_RULE = "3 to 32 of a-z, 0-9 and single hyphens, a letter first, no hyphen last"
CELL_RULE = "2 to 11 of a-z, 0-9 and single hyphens, a letter first, no hyphen last"
KEY_RULE = "1 to 31 of a-z, 0-9 and hyphens, no hyphen first"


def is_slug(text: str) -> bool:
    return re.fullmatch(SLUG_PATTERN[1:-1], text) is not None and "--" not in text


def is_cell_name(text: str) -> bool:
    return re.fullmatch(CELL_PATTERN[1:-1], text) is not None and "--" not in text
