"""Entity tags (RFC 9110): strong ones made of the version, and the lists that clients send back."""

import re
from dataclasses import dataclass
from typing import Final

from api.errors import PreconditionFailed, invalid_parameter

MAX_TAGS: Final = 100  # DynamoDB's limit on the operands of IN
MAX_LENGTH: Final = 2_048  # of the whole header: the contract's own, room for 100 versions
_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST: Final = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_VERSION: Final = re.compile(r'"([1-9][0-9]{0,17})"')


def of_version(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Tags:
    """`anything` is the form `*`: whatever version there is."""

    anything: bool
    tags: tuple[str, ...] = ()

    def versions(self) -> tuple[int, ...]:
        """The versions named strongly; weak and foreign tags never match one (RFC 9110, 8.8.3.2)."""
        return tuple(int(match[1]) for tag in self.tags if (match := _VERSION.fullmatch(tag)))

    def match_weakly(self, version: int) -> bool:
        return self.anything or of_version(version) in {tag.removeprefix("W/") for tag in self.tags}

    def includes(self, version: int) -> bool:
        return self.anything or version in self.versions()

    def require(self, version: int) -> None:
        if not self.includes(version):
            raise PreconditionFailed(stale(version))


def parse(header: str, name: str) -> Tags:
    if header.strip(" \t") == "*":
        return Tags(anything=True)
    if len(header) > MAX_LENGTH:
        raise invalid_parameter(name, f"has {len(header)} characters; at most {MAX_LENGTH} are taken")
    if not _LIST.fullmatch(header):
        raise invalid_parameter(name, 'malformed; send the ETag with its quotes, such as "3", or *')
    tags = tuple(dict.fromkeys(re.findall(_TAG, header)))
    if len(tags) > MAX_TAGS:
        raise invalid_parameter(name, f"names {len(tags)} tags; at most {MAX_TAGS} are taken")
    return Tags(anything=False, tags=tags)


def stale(version: int) -> str:
    return f"the resource is now at version {version}; read it again"
