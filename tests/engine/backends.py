"""Where the engine keeps its state in these tests: a folder, or a bucket of the emulator."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tenantry.local import clients
from tenantry.local.emulator.parent import Emulator

BUCKET = "state"


@dataclass(frozen=True)
class Backend:
    url: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        return {"PULUMI_BACKEND_URL": self.url, **self.credentials}


def in_folder(folder: Path) -> Backend:
    folder.mkdir()
    return Backend(f"file://{folder}")


@contextmanager
def in_bucket(folder: Path, before: Callable[[str], Mapping[str, str]] = lambda _: {}) -> Iterator[Backend]:
    """A new bucket, for the length of a block.

    Args:
        folder: the emulator's own; it makes and removes it.
        before: given the emulator's endpoint, leads its callers to a proxy that stands before it.
    """
    led: dict[str, str] = {}

    def environment(endpoint: str) -> dict[str, str]:
        led.update(before(endpoint))
        return led

    with Emulator.start(None, folder, environment) as emulator:
        emulator.root_session().client("s3").create_bucket(Bucket=BUCKET)
        endpoint = led.get("AWS_ENDPOINT_URL_S3", emulator.endpoint)
        root = clients.root(emulator.record.secret)
        yield Backend(
            f"s3://{BUCKET}?region={clients.REGION}&endpoint={endpoint}&use_path_style=true",
            {"AWS_ACCESS_KEY_ID": root.access_key, "AWS_SECRET_ACCESS_KEY": root.secret_key},
        )
