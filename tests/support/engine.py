"""Run the program as the Pulumi engine would, and keep what it registers."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, rpc, set_mocks
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.stack import run_pulumi_func

from tenantry.arns import Arns
from tenantry.artifact import Artifact, Target
from tenantry.config import Cell, load_platform
from tenantry.deployment import Deployment
from tenantry.naming import Names
from tenantry.program import declare

ROOT = Path(__file__).resolve().parents[2]
ARNS = Arns("aws", "eu-central-1", "123456789012")
# One key for all: which key it is does not matter, that registering again gives the same inputs does.
PUBLIC_PEM = (
    Ed25519PrivateKey.from_private_bytes(bytes(32))
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
COMPUTED = {
    "aws:apigateway/apiKey:ApiKey": {"value": "key-value-of-{name}"},
    "aws:apigateway/stage:Stage": {"invokeUrl": "https://api.example/{name}"},
    "random:index/randomBytes:RandomBytes": {"base64": "AAAA"},
    "tls:index/privateKey:PrivateKey": {"publicKeyPem": PUBLIC_PEM, "privateKeyPemPkcs8": "PRIVATE {name}"},
}


@dataclass(frozen=True)
class Registered:
    """A resource as the engine sees it: type token, logical name, inputs, and what was said of it."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    dependencies: tuple[str, ...]
    retained: bool
    ignored: tuple[str, ...]
    secret_outputs: tuple[str, ...]

    def document(self, key: str) -> dict[str, Any]:
        """An input that holds JSON."""
        parsed: dict[str, Any] = json.loads(self.inputs[key])
        return parsed


class Provider(Mocks):
    """Answers as the AWS provider would; in a preview it knows no output."""

    def __init__(self, preview: bool) -> None:
        self._preview = preview

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # taken as well
        answers = {
            "aws:index/getPartition:getPartition": {"partition": ARNS.partition},
            "aws:index/getRegion:getRegion": {"region": ARNS.region},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ARNS.account},
        }
        return answers[args.token]

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return "", {}
        if self._preview:
            return None, dict(args.inputs)
        computed = {key: value.format(name=args.name) for key, value in COMPUTED.get(args.typ, {}).items()}
        return f"{args.name}-id", {"arn": f"arn:of:{args.typ}:{args.name}", **args.inputs, **computed}


class Engine(MockMonitor):
    """Keeps every registration, with the options that mocks do not see."""

    def __init__(self, preview: bool) -> None:
        super().__init__(Provider(preview))
        self.registered: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the SDK's name
        response = super().RegisterResource(request)
        self.registered.append(
            Registered(
                urn=response.urn,
                type=request.type,
                name=request.name,
                inputs=_comparable(rpc.deserialize_properties(request.object)),
                parent=request.parent,
                dependencies=tuple(request.dependencies),
                retained=request.retainOnDelete,
                ignored=tuple(request.ignoreChanges),
                secret_outputs=tuple(request.additionalSecretOutputs),
            )
        )
        return response

    def of_type(self, token: str) -> dict[str, Registered]:
        """The provider's resources whose type token ends in `token`, by logical name."""
        return {each.name: each for each in self.of_type_all(token)}

    def of_type_all(self, token: str) -> list[Registered]:
        """The same as a list; a name may stand twice below different parents."""
        return [
            each
            for each in self.registered
            if each.type.endswith(f":{token}") and not each.type.startswith("tenantry:")
        ]

    def by_urn(self) -> dict[str, Registered]:
        return {each.urn: each for each in self.registered}

    def below(self, component: str) -> dict[str, dict[str, Any]]:
        """The inputs of all resources of the component of that name, however deep, by URN."""
        everything = self.by_urn()

        def belongs(each: Registered) -> bool:
            above = everything.get(each.parent)
            return above is not None and (_is_root(above, component) or belongs(above))

        return {each.urn: each.inputs for each in self.registered if belongs(each)}


def _comparable(inputs: dict[str, Any]) -> dict[str, Any]:
    """Assets compare by identity; what the engine compares is their content."""
    return {
        name: value.path if isinstance(value, pulumi.FileAsset) else value for name, value in inputs.items()
    }


def _is_root(resource: Registered, name: str) -> bool:
    return resource.name == name and resource.type in {"tenantry:index:Tenant", "tenantry:index:Cell"}


def deployment(cell: str, **changes: Any) -> Deployment:
    artifact = Artifact(ROOT / "pyproject.toml", "0" * 64)  # any file: its content is not looked at
    settings: dict[str, Any] = {
        "cell": cell,
        "names": Names(cell),
        "arns": ARNS,
        "target": Target("python3.13", "arm64"),
        "code": artifact,
        "layer": artifact,
    }
    return Deployment(**settings | changes)


def register(cell: Cell, preview: bool = False, **changes: Any) -> tuple[Engine, dict[str, Any]]:
    """Declare the cell; answers what was registered, and the stack's outputs as they are known."""
    return run(lambda: declare(cell, deployment(cell.name, **changes)), cell.name, preview)


def run(
    program: Callable[[], dict[str, Any] | None], stack: str, preview: bool = False
) -> tuple[Engine, dict[str, Any]]:
    engine = Engine(preview)
    loops: list[asyncio.AbstractEventLoop] = []

    def prepare_thread() -> None:
        """The SDK gives each thread a loop and leaves it open; this one can be closed."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loops.append(loop)

    async def main() -> dict[str, Any]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(initializer=prepare_thread))
        set_mocks(engine.mocks, project="tenantry", stack=stack, preview=preview, monitor=engine)
        declared: dict[str, Any] = {}
        await run_pulumi_func(lambda: declared.update(program() or {}))
        outputs: dict[str, Any] = await pulumi.Output.from_input(declared).future()
        return outputs

    try:
        return engine, asyncio.run(main())
    finally:
        for loop in loops:
            loop.close()


def demo() -> Cell:
    return load_platform(ROOT / "tenants").cell("demo")
