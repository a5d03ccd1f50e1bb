"""Write a subject so that no reader of the gateway's context or access log can mistake it.

API Gateway puts context values between the quotes of its log format as they are, so a quote in one would
forge fields. All but printable ASCII is written in percent form; usual subjects look as they always did.
"""

from typing import Final
from urllib.parse import quote, unquote

# Printable ASCII without the quote, the backslash and the percent sign itself.
_PLAIN: Final = " !#$&'()*+,/:;<=>?@[]^`{|}"


def written(subject: str) -> str:
    return quote(subject, safe=_PLAIN)


def read(text: str) -> str:
    return unquote(text)
