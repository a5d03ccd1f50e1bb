"""Keep small files in a folder or in a bucket: a file is added once, and never written again."""

import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from tenantry.errors import Failed
from tenantry.operations.aws import refusals_reported

READERS = 10  # botocore's connections of one client
# What S3 answers where the name is taken, and where another writer of that name is under way.
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


class Shelf(Protocol):
    """Each raises Failed where the place cannot be read or written."""

    def __str__(self) -> str: ...

    def names(self) -> list[str]: ...

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Those that are there."""
        ...

    def add(self, name: str, content: bytes) -> bool:
        """Whether it was added; a name that is taken stays as it is."""
        ...

    def traces(self) -> list[str]:
        """Signs that the place itself keeps of files that were written again or deleted."""
        ...


@dataclass(frozen=True, slots=True)
class FolderShelf:
    folder: Path

    def __str__(self) -> str:
        return str(self.folder)

    def names(self) -> list[str]:
        try:
            found = [each.name for each in self.folder.iterdir() if not each.name.startswith(".")]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._failed(error) from error
        return sorted(found)

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for name in names:
            try:
                found[name] = (self.folder / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._failed(error) from error
        return found

    def add(self, name: str, content: bytes) -> bool:
        """It appears whole: a link is made to what is on the disk already."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".") as part:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                os.link(part.name, self.folder / name)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._failed(error) from error
        return True

    def traces(self) -> list[str]:
        return []

    def _failed(self, error: OSError) -> Failed:
        return Failed(f"{self.folder}: {error.strerror}; see to its owner and its rights")


@dataclass(frozen=True, slots=True)
class BucketShelf:
    """`connect` answers boto3's client of S3, always the same; `prefix` ends in a slash."""

    connect: Callable[[], Any]
    bucket: str
    prefix: str

    @property
    def client(self) -> Any:
        return self.connect()

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def names(self) -> list[str]:
        with self._refusals():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            found = [
                each["Key"].removeprefix(self.prefix) for page in pages for each in page.get("Contents", [])
            ]
        return sorted(found)

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        asked = list(names)
        with self._refusals(), ThreadPoolExecutor(READERS) as readers:
            contents = list(readers.map(self._content, asked))
        return {name: content for name, content in zip(asked, contents, strict=True) if content is not None}

    def add(self, name: str, content: bytes) -> bool:
        with self._refusals():
            try:
                self.client.put_object(
                    Bucket=self.bucket, Key=self.prefix + name, Body=content, IfNoneMatch="*"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in TAKEN:
                    return False
                raise
        return True

    def traces(self) -> list[str]:
        """None where the bucket keeps no versions."""
        versions: dict[str, int] = {}
        deleted: set[str] = set()
        with self._refusals():
            pages = self.client.get_paginator("list_object_versions").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            for page in pages:
                for each in page.get("Versions", []):
                    versions[each["Key"]] = versions.get(each["Key"], 0) + 1
                deleted |= {each["Key"] for each in page.get("DeleteMarkers", [])}
        again = {key for key, count in versions.items() if count > 1}
        return [f"s3://{self.bucket}/{key} was written again" for key in sorted(again)] + [
            f"s3://{self.bucket}/{key} was deleted" for key in sorted(deleted)
        ]

    def _content(self, name: str) -> bytes | None:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)
        except self.client.exceptions.NoSuchKey:
            return None
        return bytes(answer["Body"].read())

    def _refusals(self) -> Any:
        return refusals_reported(str(self.client.meta.region_name))
