"""Keep small files where the engine keeps its state: a folder, or a bucket.

One primitive writes: what is there is replaced if it is still what the writer saw. So one process at a time
takes a lock or adds to a journal, on whichever machine it runs, and who was overtaken knows it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.exceptions import ClientError

from tenantry.operations.aws import refusals_reported

_OVERTAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_ABSENT = "NoSuchKey"


class Store(Protocol):
    """Names are paths with `/`; a file that is not there reads as empty."""

    def read(self, name: str) -> bytes: ...

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        """Whether it was written: false where the content is not `seen` any more."""

    def names(self, below: str) -> list[str]:
        """Of the files in a folder, in order."""


@dataclass(frozen=True, slots=True)
class Folder:
    root: Path

    def read(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return b""

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with _alone(file.parent):
            if self.read(name) != seen:
                return False
            part = file.with_name(f".{file.name}.part")
            with part.open("wb") as stream:
                stream.write(new)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(file)
        return True

    def names(self, below: str) -> list[str]:
        folder = self.root / below
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(f"{below}/{each.name}" for each in found if not each.name.startswith("."))


@dataclass(frozen=True, slots=True)
class Bucket:
    """`prefix` is empty, or ends in `/`; `client` is boto3's of S3."""

    name: str
    prefix: str
    client: Any
    region: str

    def read(self, name: str) -> bytes:
        return self._get(name)[0]

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        there, tag = self._get(name)
        if there != seen:
            return False
        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        with refusals_reported(self.region):
            try:
                self.client.put_object(Bucket=self.name, Key=self.prefix + name, Body=new, **condition)
            except ClientError as error:
                if error.response["Error"]["Code"] in _OVERTAKEN:
                    return False
                raise
        return True

    def names(self, below: str) -> list[str]:
        with refusals_reported(self.region):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=f"{self.prefix}{below}/"
            )
            found = [each["Key"] for page in pages for each in page.get("Contents", [])]
        return sorted(each.removeprefix(self.prefix) for each in found)

    def _get(self, name: str) -> tuple[bytes, str]:
        """Content and tag; both empty where there is no such file."""
        with refusals_reported(self.region):
            try:
                answer = self.client.get_object(Bucket=self.name, Key=self.prefix + name)
            except ClientError as error:
                if error.response["Error"]["Code"] == _ABSENT:
                    return b"", ""
                raise
            return answer["Body"].read(), answer["ETag"]


def store(url: str, project: Path) -> Store | None:
    """Of a backend by its address, as `pulumi login` takes it; None where it is no folder and no bucket."""
    found = urlsplit(url)
    if found.scheme == "file":
        path = Path(found.netloc + found.path).expanduser()
        return Folder(path if path.is_absolute() else project / path)
    if found.scheme == "s3":
        region = parse_qs(found.query).get("region", [None])[0]
        with refusals_reported(region or "of the environment"):
            client = boto3.Session(region_name=region).client("s3")
        prefix = found.path.strip("/")
        return Bucket(found.netloc, f"{prefix}/" if prefix else "", client, client.meta.region_name)
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The system takes the lock back from a process that is killed."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
