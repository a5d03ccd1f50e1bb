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
from tenantry.config import Cell, Tenant
from tenantry.config.verification import verification
from tenantry.deployment import Deployment
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.local import key_values, state
from tenantry.local.clients import ACCOUNT, REGION
from tenantry.local.emulator.parent import Emulator, Environment, RunningEmulator
from tenantry.local.engine import inventory
from tenantry.local.engine.changes import Change
from tenantry.local.identities import Identities, localized
from tenantry.local.receiver import addresses, received_here
from tenantry.local.state import LocalPlatform, LocalTenant
from tenantry.operations.tokens import Audience, Signer
from tenantry.packing import artifact
from tenantry.rules.arns import Arns

SERVICES = (
    *("apigateway", "cloudwatch", "dynamodb", "events", "iam", "kms", "lambda", "logs", "s3"),
    *("secretsmanager", "sesv2", "sns", "sqs"),
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
) -> tuple[Emulator, LocalPlatform]:
    """Start an emulator, deploy the cell onto it, and wait until each tenant's stage answers.

    A platform of ours that already holds the port is replaced: the local platform is disposable.

    Args:
        folder: where the tenants' files are, for updates.
        port: None takes a free one.
        on_step: called with what happens, for a person to read.
        receivers: loopback URLs of who takes webhooks in place of the local receiver, by tenant, or by tenant
            and receiver (`acme/crm`).
        environment: of the emulator's address, more variables for the functions.

    Raises:
        EmulatorError, DeploymentError, ArtifactError: nothing is left running.
    """
    if port is not None and (earlier := state.at(port)):
        earlier.stop()
    on_step("starting the emulator")
    home = state.made_folder()
    emulator = Emulator.start(port, home / f"emulator-{secrets.token_hex(4)}", environment, _load_program)
    try:
        platform, _ = _deploy(cell, folder, emulator, {}, receivers or {}, on_step)
    except BaseException:  # Ctrl-C too: nothing may stay behind
        emulator.stop()
        raise
    return emulator, platform


def update(
    platform: LocalPlatform, cell: Cell, folder: Path, on_step: OnStep, build: Path = paths.BUILD
) -> tuple[LocalPlatform, list[Change]]:
    """Bring a running platform to what the files say now; answers it as it is then, and what was done.

    Args:
        cell: the platform's own, as its files say it now.
        build: where the packed code is kept.

    Raises:
        DeploymentError, ArtifactError, UpdateUnderWay: what was done stays; the next update completes it.
    """
    from tenantry.local.engine.monitor import DeploymentError

    emulator = Emulator.attach(platform.record)
    if not inventory.exists(platform.record.directory):
        raise DeploymentError("an earlier release started this platform; `tenantry up` starts afresh")
    try:
        return _deploy(cell, folder, emulator, _signers(platform), _receivers(platform), on_step, build)
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
    here = _at_home(emulator, cell, _signers(platform), _receivers(platform))
    return here.cell, _prepared(cell, paths.BUILD)


def _prepared(cell: Cell, build: Path) -> Deployment:
    from tenantry import program

    return program.prepare(
        cell=cell.name,
        stack=cell.name,
        arns=Arns("aws", REGION, ACCOUNT),
        target=artifact.this_machine(),
        mail_from=MAIL_FROM,
        domain=cell.domain,
        build=build,
    )


def _at_home(
    emulator: Emulator, cell: Cell, known: dict[str, Signer], receivers: Mapping[str, str]
) -> Identities:
    here = received_here(cell, partial(_taken_at, emulator, receivers))
    return localized(here, emulator.issuer_url, known)


def _signers(platform: LocalPlatform) -> dict[str, Signer]:
    return {tenant.slug: tenant.signer for tenant in platform.tenants if tenant.signer}


def _receivers(platform: LocalPlatform) -> dict[str, str]:
    """By tenant and receiver."""
    return {
        f"{tenant.slug}/{name}": url for tenant in platform.tenants for name, url in tenant.receivers.items()
    }


def _deploy(
    cell: Cell,
    folder: Path,
    emulator: Emulator,
    known: dict[str, Signer],
    receivers: Mapping[str, str],
    on_step: OnStep,
    build: Path = paths.BUILD,
) -> tuple[LocalPlatform, list[Change]]:
    from tenantry.local.engine.deployment import deploy

    on_step("packing code and layer")
    deployment = replace(_prepared(cell, build), key_values=key_values.of_cell(cell))
    clients = clients_of(emulator.record)
    done: list[Change] = []

    def on_change(change: Change) -> None:
        done.append(change)
        on_step(f"{len(done)} resources done")

    with inventory.opened(emulator.record.directory) as made:
        _verify_sender(clients["sesv2"])
        identities = _at_home(emulator, cell, known, receivers)
        emulator.publish(identities.published)
        outputs, changes = deploy(identities.cell, deployment, clients.__getitem__, made, on_change)
        on_step("waiting for the stages to answer")
        for tenant in outputs["tenants"].values():
            _await_answer(f"{tenant['url']}/health")
        platform = _described(emulator, folder, deployment, identities, outputs)
        state.save(platform)
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
    while True:
        try:
            with opener.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError as error:
            if time.monotonic() > deadline:
                raise DeploymentError(f"{url} does not answer: {error}") from error
        time.sleep(0.05)


def _described(
    emulator: Emulator,
    folder: Path,
    deployment: Deployment,
    identities: Identities,
    outputs: dict[str, Any],
) -> LocalPlatform:
    routes = contract.load()

    def described(tenant: Tenant) -> LocalTenant:
        own = outputs["tenants"][tenant.slug]
        checked = verification(tenant, deployment.names.issuer(tenant.slug), [])
        names = (
            *("tier", "status", "url", "addresses", "api_keys", "routes", "auth", "isolation"),
            *("options", "webhooks"),
        )
        shown = {name: own.get(name) for name in names}  # an output of None is none
        return LocalTenant(
            shown={"tenant": tenant.slug, **shown},
            audience=Audience(checked["issuer"], checked["audience"], checked["max_lifetime_seconds"]),
            scopes=tuple(contract.scopes(routes, tenant.routes)),
            signing_secret=deployment.names.signing_secret(tenant.slug),
            kid=tenant.auth.managed.keys[-1] if tenant.auth.managed else "",
            signer=identities.signers.get(tenant.slug),
            receivers=addresses(tenant),
        )

    tenants = tuple(described(tenant) for tenant in identities.cell.tenants)
    return LocalPlatform(emulator.record, folder.resolve(), deployment.cell, outputs["api"], tenants)
