"""Bring the platform up on this machine, and bring a running one to what its files say now."""

import contextlib
import secrets
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from tenantry import paths
from tenantry.config import Cell
from tenantry.config.domains import require_let_go
from tenantry.deployment import Deployment
from tenantry.errors import WrongInput
from tenantry.groups import current
from tenantry.last_update import LastUpdate
from tenantry.local import key_values, pins, preview, state, zones
from tenantry.local.clients import ACCOUNT, REGION
from tenantry.local.description import called, described
from tenantry.local.emulator import snapshots
from tenantry.local.emulator.parent import Emulator, Environment, RunningEmulator
from tenantry.local.emulator.repairs.gateway.gateway_exchanges import PROBE
from tenantry.local.engine import inventory
from tenantry.local.engine.changes import Change
from tenantry.local.identities import Identities, localized
from tenantry.local.receiver import received_here
from tenantry.local.recording import recorded
from tenantry.local.state import LocalPlatform
from tenantry.operations.tokens import Signer
from tenantry.packing import artifact
from tenantry.rules.arns import Arns

SERVICES = (
    *("acm", "apigateway", "cloudwatch", "dynamodb", "events", "iam", "kms", "lambda", "logs", "route53"),
    *("s3", "secretsmanager", "sesv2", "sns", "sqs"),
)
MAIL_FROM = "contact@tenantry.example"  # the emulator keeps what is mailed, and sends nothing
ANSWER_SECONDS = 30.0

OnStep = Callable[[str], None]


def start(
    cell: Cell,
    folder: Path,
    port: int | None,
    on_step: OnStep,
    receivers: Mapping[str, str] | None = None,
    environment: Environment = lambda _: {},
    keep: bool = False,
) -> tuple[Emulator, LocalPlatform]:
    """Start an emulator, deploy the cell onto it, and wait until each tenant's stage answers.

    A platform of ours that already holds the port is replaced. With `keep` this one goes on with what that
    one kept, and keeps what it holds itself; without, it is disposable.

    Args:
        folder: where the tenants' files are, for updates.
        port: None takes a free one, on which nothing can be kept.
        on_step: called with what happens, for a person to read.
        receivers: loopback URLs of who takes webhooks in place of the local receiver, by tenant, or by tenant
            and receiver (`acme/crm`).
        environment: of the emulator's address, more variables for the functions.

    Raises:
        WrongInput: what is kept for the port is not this cell's, or a domain would move to another owner.
        EmulatorError, DeploymentError, ArtifactError: nothing is left running.
    """
    home = state.made_folder()
    earlier = state.at(port) if port is not None else None
    directory = home / f"emulator-{secrets.token_hex(4)}"
    if keep and port is not None:
        directory = state.kept_folder(port)
        _require_own(cell, earlier, directory)
        if earlier and earlier.keeps:
            require_let_go(earlier.addresses, cell.tenants_addresses)
    if earlier:
        earlier.stop() if keep else earlier.delete()
    on_step("starting the emulator")
    emulator = Emulator.start(
        port,
        directory,
        environment,
        _load_program,
        kept=keep,
        earlier=earlier.record if keep and earlier else None,
    )
    try:
        known = _signers(earlier) if keep and earlier else {}
        last = earlier.last if earlier and earlier.keeps else LastUpdate(asked=True)
        platform, _ = _deploy("up", cell, folder, emulator, known, receivers or {}, on_step, last)
    except BaseException:  # Ctrl-C too: nothing may stay behind
        emulator.stop()
        raise
    return emulator, platform


def _require_own(cell: Cell, earlier: LocalPlatform | None, directory: Path) -> None:
    """Another cell's tenants would be removed as the program's that are no longer declared."""
    if snapshots.newest(directory) is None:
        return
    if earlier is None or earlier.cell != cell.name:
        whose = f"cell {earlier.cell}" if earlier else "a platform whose record is gone"
        raise WrongInput(
            f"{directory} holds what {whose} kept; choose another --port, or delete it with --fresh"
        )


def update(
    platform: LocalPlatform, cell: Cell, folder: Path, on_step: OnStep, build: Path = paths.BUILD
) -> tuple[LocalPlatform, list[Change]]:
    """Bring a running platform to what the files say now; answers it as it is then, and what was done.

    Args:
        cell: the platform's own, as its files say it now.
        build: where the packed code is kept.

    Raises:
        WrongInput: a domain would move to another owner; nothing was done.
        DeploymentError, ArtifactError, UpdateUnderWay: what was done stays; the next update completes it.
    """
    from tenantry.local.engine.monitor import DeploymentError

    emulator = Emulator.attach(platform.record)
    if not inventory.exists(platform.record.directory):
        raise DeploymentError(
            "an earlier release started this platform; `tenantry up --fresh` starts a new, empty one"
        )
    require_let_go(platform.addresses, cell.tenants_addresses)
    try:
        known = _signers(platform), _receivers(platform)
        return _deploy("update", cell, folder, emulator, *known, on_step, platform.last, build)
    except DeploymentError as error:
        raise DeploymentError(
            f"{error}\nWhat was done before this stays; `tenantry update` again completes the rest"
        ) from error


def declared(platform: LocalPlatform, cell: Cell) -> tuple[Cell, Deployment]:
    """What `update` would bring the running platform to: the cell as it is deployed here, and how.

    Args:
        cell: the platform's own, as its files say it now.
    """
    emulator = Emulator.attach(platform.record)
    here = _at_home(emulator, cell, _signers(platform), _receivers(platform), platform.last)
    return here.cell, _prepared(here.cell, paths.BUILD, platform.last)


def _prepared(cell: Cell, build: Path, last: LastUpdate) -> Deployment:
    from tenantry import program

    return program.prepare(
        cell=cell.name,
        stack=cell.name,
        arns=Arns("aws", REGION, ACCOUNT),
        target=artifact.this_machine(),
        mail_from=MAIL_FROM,
        last=last,
        now=program.this_minute(),
        domain=cell.domain,
        build=build,
    )


def _at_home(
    emulator: Emulator,
    cell: Cell,
    known: dict[str, Signer],
    receivers: Mapping[str, str],
    last: LastUpdate,
) -> Identities:
    here = pins.localized(cell, {each.id for each in last.releases})
    here = received_here(here, partial(_taken_at, emulator, receivers))
    here = zones.localized(here, clients_of(emulator.record)["route53"])
    return localized(here, emulator.issuer_url, known)


def _signers(platform: LocalPlatform) -> dict[str, Signer]:
    return {tenant.slug: tenant.signer for tenant in platform.tenants if tenant.signer}


def _receivers(platform: LocalPlatform) -> dict[str, str]:
    """By tenant and receiver."""
    return {
        f"{tenant.slug}/{name}": url for tenant in platform.tenants for name, url in tenant.receivers.items()
    }


def _deploy(
    action: str,
    cell: Cell,
    folder: Path,
    emulator: Emulator,
    known: dict[str, Signer],
    receivers: Mapping[str, str],
    on_step: OnStep,
    last: LastUpdate,
    build: Path = paths.BUILD,
) -> tuple[LocalPlatform, list[Change]]:
    from tenantry.local.engine.deployment import deploy

    on_step("packing code and layer")
    prepared = replace(_prepared(cell, build, last), key_values=key_values.of_cell(cell))
    clients = clients_of(emulator.record)

    def on_change(change: Change) -> None:
        done.append(change)
        on_step(f"{len(done)} resources done")

    with recorded(action, cell) as done, inventory.opened(emulator.record.directory) as made:
        _verify_sender(clients["sesv2"])
        identities = _at_home(emulator, cell, known, receivers, last)
        deployment = replace(prepared, domain=identities.cell.domain)
        emulator.publish(identities.published)
        outputs, changes = deploy(identities.cell, deployment, clients.__getitem__, made, on_change)
        on_step("waiting for the stages to answer")
        for tenant in outputs["tenants"].values():
            _await_answer(f"{called(emulator.record, tenant)}/health")
        platform = described(emulator.record, folder, deployment, identities, outputs)
        state.save(platform)
        if changes or not preview.kept(emulator.record.directory):
            preview.keep(emulator.record.directory, cell)
        emulator.save()
    return platform, changes


def _taken_at(emulator: Emulator, receivers: Mapping[str, str], tenant: str, name: str) -> str:
    options = {each.name for group in current() for each in group.options}
    known = receivers.get(f"{tenant}/{name}") or receivers.get(tenant)
    return known or emulator.webhook_url(tenant, "" if name in options else name)


@lru_cache(maxsize=1)
def clients_of(record: RunningEmulator) -> Mapping[str, Any]:
    """By service. Kept, because making them takes a third of an update that changes nothing."""
    session = Emulator.attach(record).root_session()
    return {service: session.client(service) for service in SERVICES}


def _load_program() -> None:
    """Pulumi takes as long to import as the emulator to start, so nothing imports it before."""
    import_module("tenantry.local.engine.deployment")


def _verify_sender(ses: Any) -> None:
    with contextlib.suppress(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity=MAIL_FROM)


def _await_answer(url: str) -> None:
    from tenantry.local.engine.monitor import DeploymentError

    deadline = time.monotonic() + ANSWER_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach loopback
    probe = urllib.request.Request(url, headers={PROBE: "up"})  # noqa: S310 - a stage's address on loopback
    while True:
        try:
            with opener.open(probe, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError as error:
            if time.monotonic() > deadline:
                raise DeploymentError(f"{url} does not answer: {error}") from error
        time.sleep(0.05)
