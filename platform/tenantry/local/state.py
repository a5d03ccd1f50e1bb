"""Remember which local platforms run: one file per port, readable by its owner alone.

It holds the emulator's record with its administrator's secret, what `status` shows, and the private halves of
the local signers. Who can read it can do everything.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from agreed.webhooks import Receiver, of_json
from tenantry import paths
from tenantry.errors import Failed, WrongInput
from tenantry.last_update import LastUpdate, of_releases
from tenantry.local.clients import Session
from tenantry.local.emulator import processes, snapshots
from tenantry.local.emulator.parent import Emulator, RunningEmulator
from tenantry.operations.tokens import Audience, Signer
from tenantry.problems import meant


class StateError(Failed):
    """No platform runs, or its record cannot be read; the message says what to do."""


class DamagedRecord(StateError):
    """A record cannot be read, so its platform cannot be found from it."""


class WhichPlatform(WrongInput):
    """Several platforms run, and the user has not chosen one."""


class UnknownTenant(WrongInput):
    """The platform has no such tenant; the message lists those that it has."""


@dataclass(frozen=True, slots=True)
class LocalTenant:
    """`shown` is what `status` shows of the tenant; `signer` is None where the keys are in its secret.

    `receivers` are the addresses on this machine that take its webhooks, by the receiver's name.
    """

    shown: dict[str, Any]
    audience: Audience
    scopes: tuple[str, ...]
    signing_secret: str
    kid: str
    signer: Signer | None
    receivers: dict[str, str]

    @property
    def slug(self) -> str:
        return str(self.shown["tenant"])

    @property
    def webhooks(self) -> dict[str, tuple[Receiver, ...]]:
        """By group, with the addresses that they have on this machine."""
        return {group: of_json(listed) for group, listed in (self.shown.get("webhooks") or {}).items()}


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """`folder` is where its tenants' files are; `releases` those that it keeps, as the outputs have them.

    `stopping`: a command has begun to stop it.
    """

    record: RunningEmulator
    folder: Path
    cell: str
    api: str
    tenants: tuple[LocalTenant, ...]
    releases: str = "[]"
    stopping: bool = False

    @property
    def last(self) -> LastUpdate:
        """Of its releases alone: here nothing else is compared with what was."""
        tenants = {tenant.slug: tenant.shown for tenant in self.tenants}
        return of_releases({"tenants": tenants, "releases": self.releases})

    @property
    def addresses(self) -> dict[str, tuple[str, ...]]:
        """The lasting ones of each tenant, by slug."""
        return {tenant.slug: tuple(tenant.shown.get("addresses") or ()) for tenant in self.tenants}

    @property
    def endpoint(self) -> str:
        return Emulator.attach(self.record).endpoint

    @property
    def alive(self) -> bool:
        return Emulator.attach(self.record).alive

    def root_session(self) -> Session:
        """Of the emulator's administrator."""
        return Emulator.attach(self.record).root_session()

    @property
    def keeps(self) -> bool:
        """Whether the next start goes on with what it holds."""
        return self.record.kept and snapshots.newest(self.record.directory) is not None

    @property
    def was_stopped(self) -> bool:
        """Whether a command has ended it: what dies leaves its record as it was."""
        there = at(self.record.port)
        return there is None or there.record != self.record or there.stopping

    def stop(self) -> None:
        """End its processes and remove all that it wrote but what it keeps; of a dead one, what it left."""
        self._say_that_it_stops()
        Emulator.attach(self.record).stop()
        if not self.keeps:
            self._forget()

    def delete(self) -> None:
        """Stop it, and remove what it keeps."""
        self._say_that_it_stops()
        Emulator.attach(self.record).delete()
        self._forget()

    def _say_that_it_stops(self) -> None:
        """To the `up` that waits for its end. An update may have changed the record since it was read."""
        with suppress(DamagedRecord, OSError):  # it is stopped all the same
            there = at(self.record.port)
            if there is not None and there.record == self.record and there.alive:
                save(replace(there, stopping=True))

    def _forget(self) -> None:
        successor = at(self.record.port)
        if successor is None or successor.record == self.record:  # else the file is another platform's
            _file(self.record.port).unlink(missing_ok=True)

    def tenant(self, slug: str) -> LocalTenant:
        """Raises UnknownTenant, which says which tenants there are."""
        for tenant in self.tenants:
            if tenant.slug == slug:
                return tenant
        known = [tenant.slug for tenant in self.tenants]
        raise UnknownTenant(
            f"the local platform has no tenant {slug}; {meant(slug, known)}it has {', '.join(known)}"
        )


def folder() -> Path:
    """Where the files are."""
    return paths.local_state()


def made_folder() -> Path:
    """The same, made where it is missing.

    Raises:
        WrongInput: it cannot be.
    """
    home = folder()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WrongInput(
            f"{home} cannot hold the state ({error.strerror}); set TENANTRY_STATE to a folder that can"
        ) from error
    return home


def save(platform: LocalPlatform) -> None:
    target = _file(platform.record.port)
    with tempfile.NamedTemporaryFile("w", dir=folder(), suffix=".part", delete=False) as part:
        json.dump(asdict(platform), part, default=str)
    Path(part.name).replace(target)  # made with mode 0600


def kept_folder(port: int) -> Path:
    """Where a platform on that port keeps what it holds."""
    return folder() / f"kept-{port}"


def delete_unnamed(port: int | None) -> list[Path]:
    """Delete what is kept for that port, or for any, where no record names it any more."""
    found = folder().glob(f"kept-{port or '*'}")
    unnamed = [
        each for each in found if snapshots.newest(each) and not _file(int(each.name.split("-")[1])).exists()
    ]
    for each in unnamed:
        shutil.rmtree(each)
    return unnamed


def find(port: int | None) -> LocalPlatform:
    """The platform on that port, or the only one that runs.

    Raises:
        WhichPlatform: several run, and no port was given.
        StateError: none runs, or the one that is meant has died.
    """
    known = list(platforms()) if port is None else [each for each in [at(port)] if each]
    living = [each for each in known if each.alive]
    if len(living) == 1:
        return living[0]
    if living:
        ports = ", ".join(str(each.record.port) for each in living)
        raise WhichPlatform(f"several local platforms run, on ports {ports}; choose one with --port")
    on_port = "" if port is None else f" on port {port}"
    if any(each.keeps for each in known):
        raise StateError(
            f"no local platform runs{on_port}; `tenantry up` goes on with what the last one kept"
        )
    if known:
        raise StateError(f"the local platform{on_port} has died; `tenantry up` starts it again")
    raise StateError(f"no local platform runs{on_port}; `tenantry up` starts one")


def platforms() -> Iterator[LocalPlatform]:
    """All that have a file, alive or not."""
    for file in sorted(folder().glob("*.json")):
        yield _load(file)


def at(port: int) -> LocalPlatform | None:
    """The platform that holds that port by its record, alive or not."""
    try:
        return _load(_file(port))
    except FileNotFoundError:
        return None


def sweep(everything: bool) -> int:
    """Remove damaged records, and end the platforms that no record names; answers how many were ended.

    Without `everything`, only if a record was damaged: a platform that is just starting has none yet.
    """
    named, damaged = set(), []
    for file in folder().glob("*.json"):
        try:
            named.add(_load(file).record.directory)
        except DamagedRecord:
            damaged.append(file)
    strays = [each for each in processes.servers_below(folder().resolve()) if each[1] not in named]
    if not damaged and not everything:
        return 0
    for pid, directory in strays:
        Emulator.attach(RunningEmulator(pid, 0, 0, directory, 0.0, "")).stop()
    for file in damaged:
        file.unlink()
    return len(strays)


def _file(port: int) -> Path:
    return folder() / f"{port}.json"


def _load(file: Path) -> LocalPlatform:
    try:
        stored = json.loads(file.read_bytes())
        record = RunningEmulator(**stored["record"] | {"directory": Path(stored["record"]["directory"])})
        tenants = tuple(_tenant(each) for each in stored["tenants"])
        of = (Path(stored["folder"]), stored["cell"], stored["api"])
        last = (stored.get("releases", "[]"), stored.get("stopping", False))
        return LocalPlatform(record, *of, tenants, *last)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedRecord(f"{file} is damaged ({type(error).__name__}); run `tenantry down`") from None


def _tenant(stored: dict[str, Any]) -> LocalTenant:
    signer = stored["signer"]
    return LocalTenant(
        shown=stored["shown"],
        audience=Audience(**stored["audience"]),
        scopes=tuple(stored["scopes"]),
        signing_secret=stored["signing_secret"],
        kid=stored["kid"],
        signer=Signer(**signer) if signer else None,
        receivers=stored["receivers"],
    )
