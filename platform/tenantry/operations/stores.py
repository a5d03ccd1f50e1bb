"""Keep small files where the engine keeps its state: a folder, or a bucket.

Two primitives write, and neither overwrites what its writer has not seen: `add` what is new, `swap` what is
still as it was. So one process at a time takes a lock, a number or the end of a journal, on whichever machine
it runs, and who was overtaken knows it.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.exceptions import ClientError

from tenantry.errors import Failed
from tenantry.operations.aws import refusals_reported

READERS = 10  # botocore's connections of one client
# What S3 answers where the file is not as the writer has it, and where another writer of it is under way.
OVERTAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
# Of a bucket's URL (gocloud.dev/blob/s3blob): what says where it is, and how the engine talks to it. An
# endpoint of one's own is asked with the bucket in the path in any case: that is boto3's default.
PLACES = {"region", "endpoint", "profile"}
MANNERS = {"awssdk", "ssetype", "kmskeyid", "use_path_style", "s3ForcePathStyle"}


class Store(Protocol):
    """Names are paths with `/`. Each raises Failed where the place cannot be read or written."""

    def __str__(self) -> str: ...

    def names(self, below: str = "") -> list[str]:
        """Of the files in that folder, in order; hidden ones are left out."""
        ...

    def names_within(self, begin: str) -> list[str]:
        """Of the files in each folder whose name, with its slash, begins so; likewise."""
        ...

    def read(self, name: str) -> bytes:
        """Empty where there is no such file."""
        ...

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        """Those that are there."""
        ...

    def add(self, name: str, content: bytes) -> bool:
        """Whether it was added; a name that is taken stays as it is."""
        ...

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        """Whether it was written: false where the content is not `seen` any more."""
        ...

    def age(self, name: str) -> float:
        """Seconds since that file was written, by the clock of the place: no writer's clock matters."""
        ...

    def traces(self) -> list[str]:
        """Signs that the place itself keeps of files that were written again or deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    root: Path

    def __str__(self) -> str:
        return str(self.root)

    def names(self, below: str = "") -> list[str]:
        with self._failures():
            try:
                found = [each.name for each in (self.root / below).iterdir()]
            except FileNotFoundError:
                return []
        begin = f"{below}/" if below else ""
        return sorted(begin + each for each in found if not each.startswith("."))

    def names_within(self, begin: str) -> list[str]:
        there = [each for each in self.names() if (self.root / each).is_dir()]
        return [name for each in there if f"{each}/".startswith(begin) for name in self.names(each)]

    def read(self, name: str) -> bytes:
        return self.read_all([name]).get(name, b"")

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for name in names:
            with self._failures():
                try:
                    found[name] = (self.root / name).read_bytes()
                except FileNotFoundError:
                    continue
        return found

    def add(self, name: str, content: bytes) -> bool:
        """It appears whole: a link is made to what is on the disk already."""
        with self._failures(), self._part(name, content) as part:
            try:
                os.link(part, self.root / name)
            except FileExistsError:
                return False
        return True

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        file = self.root / name
        with self._failures(), self._part(name, new) as part, _alone(file.parent):
            if self.read(name) != seen:
                return False
            part.rename(file)
        return True

    def age(self, name: str) -> float:
        with self._failures(), self._part(name, b"") as part:
            return part.stat().st_mtime - (self.root / name).stat().st_mtime

    def traces(self) -> list[str]:
        return []

    @contextmanager
    def _part(self, name: str, content: bytes) -> Iterator[Path]:
        """What is on the disk already, beside the file that it is to become."""
        folder = (self.root / name).parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as part:
            try:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                yield Path(part.name)
            finally:
                Path(part.name).unlink(missing_ok=True)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Failed(f"{self.root}: {error.strerror}; check its owner and permissions") from error


@dataclass(frozen=True, slots=True)
class Bucket:
    """`connect` answers boto3's client of S3, always the same; `prefix` is empty, or ends in a slash."""

    connect: Callable[[], Any]
    bucket: str
    prefix: str

    @property
    def client(self) -> Any:
        return self.connect()

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def names(self, below: str = "") -> list[str]:
        return self.names_within(f"{below}/" if below else "")

    def names_within(self, begin: str) -> list[str]:
        pages = self._pages("list_objects_v2", self.prefix + begin)
        found = (each["Key"] for page in pages for each in page.get("Contents", []))
        return sorted(each.removeprefix(self.prefix) for each in found)

    def read(self, name: str) -> bytes:
        return self._get(name)[0] or b""

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        asked = list(names)
        with ThreadPoolExecutor(READERS) as readers:
            contents = [content for content, _ in readers.map(self._get, asked)]
        return {name: content for name, content in zip(asked, contents, strict=True) if content is not None}

    def add(self, name: str, content: bytes) -> bool:
        return self._put(name, content, IfNoneMatch="*")

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        there, tag = self._get(name)
        if (there or b"") != seen:
            return False
        return self._put(name, new, **({"IfMatch": tag} if tag else {"IfNoneMatch": "*"}))

    def age(self, name: str) -> float:
        with self._refusals():
            answer = self.client.head_object(Bucket=self.bucket, Key=self.prefix + name)
        at = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        seconds: float = (at - answer["LastModified"]).total_seconds()
        return seconds

    def traces(self) -> list[str]:
        """None where the bucket keeps no versions."""
        versions: dict[str, int] = {}
        deleted: set[str] = set()
        for page in self._pages("list_object_versions", self.prefix):
            for each in page.get("Versions", []):
                versions[each["Key"]] = versions.get(each["Key"], 0) + 1
            deleted |= {each["Key"] for each in page.get("DeleteMarkers", [])}
        again = {key for key, count in versions.items() if count > 1}
        return [f"s3://{self.bucket}/{key} was written again" for key in sorted(again)] + [
            f"s3://{self.bucket}/{key} was deleted" for key in sorted(deleted)
        ]

    def _pages(self, operation: str, prefix: str) -> Iterator[Any]:
        with self._refusals():
            yield from self.client.get_paginator(operation).paginate(Bucket=self.bucket, Prefix=prefix)

    def _get(self, name: str) -> tuple[bytes | None, str]:
        """Content and tag; None and empty where there is no such file."""
        with self._refusals():
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)
            except self.client.exceptions.NoSuchKey:
                return None, ""
            return bytes(answer["Body"].read()), str(answer["ETag"])

    def _put(self, name: str, content: bytes, **condition: str) -> bool:
        with self._refusals():
            try:
                self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content, **condition)
            except ClientError as error:
                if error.response["Error"]["Code"] in OVERTAKEN:
                    return False
                raise
        return True

    def _refusals(self) -> Any:
        return refusals_reported(str(self.client.meta.region_name))


def store(url: str, project: Path, path: str = "") -> Store | None:
    """A folder within a backend, whose address is as `pulumi login` takes it; None where that is neither.

    Raises:
        Failed: the bucket's address asks for something that is not known here.
    """
    found = urlsplit(url)
    if found.scheme == "file":
        return Folder(project / Path(found.netloc + found.path).expanduser() / path)
    if found.scheme == "s3":
        prefix = "/".join(each for each in (found.path.strip("/"), path) if each)
        connect = partial(_client, **_asked(found.query))
        return Bucket(connect, found.netloc, f"{prefix}/" if prefix else "")
    return None


def _asked(query: str) -> dict[str, str]:
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    if unknown := sorted(set(asked) - PLACES - MANNERS):
        raise Failed(
            f"the bucket's URL has {unknown[0]}, which Tenantry does not support; use one without it"
        )
    return {name: value for name, value in asked.items() if name in PLACES}


@lru_cache
def _client(region: str | None = None, endpoint: str | None = None, profile: str | None = None) -> Any:
    with refusals_reported(region or "of the bucket"):
        session = boto3.Session(profile_name=profile, region_name=region)
        return session.client("s3", endpoint_url=endpoint)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The system takes the lock back from a process that is killed."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
