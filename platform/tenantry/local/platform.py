"""Bring the platform up on this machine."""

import secrets
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from tenantry import artifact, contract, program
from tenantry.arns import Arns
from tenantry.config import Cell, Tenant
from tenantry.deployment import Deployment
from tenantry.errors import WrongInput
from tenantry.local import state
from tenantry.local.clients import ACCOUNT, REGION, root_session
from tenantry.local.deployment import DeploymentError, deploy
from tenantry.local.emulator import Emulator
from tenantry.local.identities import Identities, localized
from tenantry.local.receiver import received_here
from tenantry.local.state import LocalPlatform, LocalTenant
from tenantry.operations.tokens import Audience
from tenantry.verification import verification

SERVICES = (
    *("apigateway", "cloudwatch", "dynamodb", "iam", "kms", "lambda", "logs", "s3", "secretsmanager"),
    *("sesv2", "sns", "sqs"),
)
MAIL_FROM = "contact@tenantry.example"  # the emulator keeps what is mailed, and sends nothing
ANSWER_SECONDS = 30.0

OnStep = Callable[[str], None]


def start(
    cell: Cell, port: int | None, on_step: OnStep, receivers: Mapping[str, str] | None = None
) -> tuple[Emulator, LocalPlatform]:
    """Start an emulator, deploy the cell onto it, and wait until each tenant's stage answers.

    A platform of ours that already holds the port is replaced: the local platform is disposable.

    Args:
        port: None takes a free one.
        on_step: told what happens, for a person to read.
        receivers: loopback URL by tenant, of who takes its webhooks in place of the local receiver.

    Raises:
        EmulatorError, DeploymentError, ArtifactError: nothing is left running.
    """
    if port is not None and (earlier := state.at(port)):
        earlier.stop()
    on_step("starting the emulator")
    home = state.folder()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WrongInput(f"{home} cannot hold the state ({error.strerror}); set TENANTRY_STATE") from error
    emulator = Emulator.start(port, home / f"emulator-{secrets.token_hex(4)}")
    try:
        here = received_here(cell, lambda slug: (receivers or {}).get(slug) or emulator.webhook_url(slug))
        platform = _deploy(here, emulator, on_step)
        state.save(platform)
    except BaseException:  # Ctrl-C too: nothing may stay behind
        emulator.stop()
        raise
    return emulator, platform


def _deploy(cell: Cell, emulator: Emulator, on_step: OnStep) -> LocalPlatform:
    on_step("packing code and layer")
    deployment = program.prepare(
        cell=cell.name,
        stack=cell.name,
        arns=Arns("aws", REGION, ACCOUNT),
        target=artifact.this_machine(),
        mail_from=MAIL_FROM,
    )
    identities = localized(cell, emulator.issuer_url)
    for slug, keys in identities.published.items():
        emulator.publish(slug, keys)
    session = root_session(emulator.endpoint)
    clients = {service: session.client(service) for service in SERVICES}
    clients["sesv2"].create_email_identity(EmailIdentity=MAIL_FROM)
    made: list[str] = []

    def on_made(kind: str) -> None:
        made.append(kind)
        on_step(f"{len(made)} resources made")

    outputs = deploy(identities.cell, deployment, clients.__getitem__, on_made)
    on_step("waiting for the stages to answer")
    for tenant in outputs["tenants"].values():
        _await_answer(f"{tenant['url']}/health")
    return _described(emulator, deployment, identities, outputs)


def _await_answer(url: str) -> None:
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
    emulator: Emulator, deployment: Deployment, identities: Identities, outputs: dict[str, Any]
) -> LocalPlatform:
    routes = contract.load()

    def described(tenant: Tenant) -> LocalTenant:
        own = outputs["tenants"][tenant.slug]
        checked = verification(tenant, deployment.names.issuer(tenant.slug), [])
        told = ("tier", "status", "url", "api_keys", "routes", "auth", "isolation", "notifications")
        shown = {name: own.get(name) for name in told}  # an output of None is none
        return LocalTenant(
            shown={"tenant": tenant.slug, **shown},
            audience=Audience(checked["issuer"], checked["audience"], checked["max_lifetime_seconds"]),
            scopes=tuple(contract.scopes(routes, tenant.routes)),
            signing_secret=deployment.names.signing_secret(tenant.slug),
            kid=tenant.auth.managed.keys[-1] if tenant.auth.managed else "",
            signer=identities.signers.get(tenant.slug),
        )

    tenants = tuple(described(tenant) for tenant in identities.cell.tenants)
    return LocalPlatform(emulator.record, deployment.cell, outputs["api"], tenants)
