"""Lambda mounts one copy of a layer below every function; the emulator unpacks one for each worker.

A worker unpacks with `zipfile` into `layer_<n>` of a folder of its own. That folder becomes a link to one
that all workers share, unpacked when the first of them starts and named by the archive's digest. It lies
below the server's TMPDIR, and goes with it.
"""

import hashlib
import tempfile
import threading
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

_unpacking = threading.Lock()


def repair() -> None:
    from ministack.core import lambda_runtime

    shared = ModuleType("zipfile")
    shared.__dict__.update(vars(zipfile), ZipFile=_Archive)
    lambda_runtime.zipfile = shared


class _Archive(zipfile.ZipFile):
    def namelist(self) -> list[str]:
        """Of a layer that is unpacked already, nothing: each name would be held against the folder again."""
        return [] if self._is_layer() and self._shared().exists() else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if not self._is_layer():
            super().extractall(path, members, pwd)
            return
        with _unpacking:
            if not self._shared().exists():
                self._shared().parent.mkdir(exist_ok=True)
                with tempfile.TemporaryDirectory(dir=self._shared().parent) as part:
                    super().extractall(Path(part, "layer"))
                    Path(part, "layer").rename(self._shared())
        Path(path).rmdir()
        Path(path).symlink_to(self._shared(), target_is_directory=True)

    def _is_layer(self) -> bool:
        return Path(str(self.filename)).name.startswith("layer_")

    def _shared(self) -> Path:
        if not hasattr(self, "_digest"):
            self._digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        return Path(tempfile.gettempdir(), "layers", self._digest)
