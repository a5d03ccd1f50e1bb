"""Run the program without any AWS, and keep what it registers.

The Pulumi SDK's in-process monitor takes the engine's place. Each resource is answered with the ARN that AWS
would give it, so that what refers to another resource can be followed to it.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import pulumi
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, rpc, set_mocks
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from tenantry.execution import levers
from tenantry.rules.arns import Arns
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.kind import nameless
from tenantry.rules.kinds.tokens import CELL, COMPONENTS, PRIVATE_KEY, TENANT

Program = Callable[[], dict[str, Any] | None]


@cache
def _public_pem(name: str) -> str:
    """Each key has its own, and registering again gives the same."""
    private = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
    public = private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass(frozen=True)
class Registered:
    """A resource as the engine sees it: type token, logical name, inputs, and what was said of it.

    `sources` are the URNs of the resources that an input is made of, by input. `provider` is empty for the
    stack's own.
    """

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    arn: str
    parent: str
    dependencies: tuple[str, ...]
    sources: dict[str, frozenset[str]]
    retained: bool
    import_id: str
    ignored: tuple[str, ...]
    secret_outputs: tuple[str, ...]
    provider: str
    aliases: tuple[str, ...]

    @property
    def id(self) -> str:
        return _id(self.name)

    @property
    def spellings(self) -> set[str]:
        """Whatever others may call it by: ARN, id, physical name, address."""
        kind = KINDS.get(self.type)
        named = {self.inputs[kind.name]} if kind and kind.name in self.inputs else set()
        addresses = {value for value in self.computed.values() if isinstance(value, str)}
        return {self.arn, self.id, *named, *addresses}

    @property
    def computed(self) -> dict[str, Any]:
        """Outputs beside its inputs."""
        return _computed(self.type, self.name, self.inputs)

    def document(self, key: str) -> dict[str, Any]:
        """An input that holds JSON."""
        parsed: dict[str, Any] = json.loads(self.inputs[key])
        return parsed


class Provider(Mocks):
    """Answers as the AWS provider would; in a preview it knows no output."""

    def __init__(
        self,
        arns: Arns,
        preview: bool,
        last: Mapping[str, Any],
        others: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._arns = arns
        self._preview = preview
        self._last = last
        self._others = others or {}

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # taken as well
        stack = args.args.get("name", "").rpartition("/")[2]
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getPartition:getPartition": {"partition": self._arns.partition},
            "aws:index/getRegion:getRegion": {"region": self._arns.region},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": self._arns.account},
            "aws:dynamodb/getTables:getTables": {"names": []},  # none was left behind
            "pulumi:pulumi:readStackOutputs": {"outputs": self._others.get(stack, self._last)},
        }
        return answers[args.token]

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return "", {}
        if self._preview:
            return None, dict(args.inputs)
        computed = _computed(args.typ, args.name, args.inputs)
        arn = _arn(self._arns, args.typ, args.name, args.inputs)
        return _id(args.name), {"arn": arn, **args.inputs, **computed}


class RecordingMonitor(MockMonitor):
    """Keeps every registration, with the options that mocks do not see."""

    def __init__(
        self,
        arns: Arns,
        preview: bool,
        last: Mapping[str, Any],
        others: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(Provider(arns, preview, last, others))
        self.arns = arns
        self.registered: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the SDK's name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # untyped in the SDK
        inputs = _comparable(rpc.deserialize_properties(request.object))
        self.registered.append(
            Registered(
                urn=response.urn,
                type=request.type,
                name=request.name,
                inputs=inputs,
                arn=_arn(self.arns, request.type, request.name, inputs),
                parent=request.parent,
                dependencies=tuple(request.dependencies),
                sources={
                    name: frozenset(of.urns) for name, of in request.propertyDependencies.items() if of.urns
                },
                retained=request.retainOnDelete,
                import_id=request.importId,
                ignored=tuple(request.ignoreChanges),
                secret_outputs=tuple(request.additionalSecretOutputs),
                provider=request.provider,
                aliases=tuple(_aliases(request)),
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
            if each.type.endswith(f":{token}") and not each.type.startswith(COMPONENTS)
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


def run(
    program: Program,
    stack: str,
    arns: Arns,
    preview: bool = False,
    last: Mapping[str, Any] | None = None,
    others: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[RecordingMonitor, dict[str, Any]]:
    """What the program registers, and the stack's outputs as they are known.

    Args:
        arns: where the program runs, as it believes.
        last: the outputs of the stack's last update; none, before the first.
        others: those of other stacks, by name.
    """
    engine = RecordingMonitor(arns, preview, last or {}, others)
    return engine, execute(program, engine, stack, preview)


def execute(program: Program, monitor: MockMonitor, stack: str, preview: bool = False) -> dict[str, Any]:
    """Run the program under that monitor; answers the stack's outputs, as far as they are known."""
    loops: list[asyncio.AbstractEventLoop] = []

    def prepare_thread() -> None:
        """The SDK gives each thread a loop and leaves it open; this one can be closed."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loops.append(loop)

    async def main() -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(initializer=prepare_thread))
        # An error is raised below; the SDK leaves it in many futures, of which asyncio would log one by one.
        loop.set_exception_handler(lambda _loop, _context: None)
        # The monitor is bound to the running loop, so it is set here.
        log = logging.getLogger("tenantry.pulumi")
        set_mocks(
            monitor.mocks,
            project="tenantry",
            stack=stack,
            preview=preview,
            logger=log,
            monitor=monitor,
            organization="organization",  # as the engine calls it where there is none
        )
        declared: dict[str, Any] = {}

        async def declare() -> None:
            declared.update(program() or {})
            await levers.begun()

        await run_pulumi_func(declare)
        return await pulumi.Output.from_input(declared).future() or {}

    try:
        with levers.uncollected():  # past the loop's end: it lets go of most, so there is less to collect
            return asyncio.run(main())
    finally:
        # A program that failed leaves outputs; the next one would wait for them, in a loop that is closed.
        SETTINGS.outputs.clear()
        for loop in loops:
            loop.close()


def _aliases(request: Any) -> Iterator[str]:
    """What it was called before; an older type of the same name is the provider's own affair."""
    yield from request.aliasURNs
    for alias in request.aliases:
        spec = alias.spec
        if alias.urn or spec.name or spec.stack or spec.project or spec.parentUrn or spec.noParent:
            yield alias.urn or spec.parentUrn or spec.name or "elsewhere"


def _id(name: str) -> str:
    return f"{name}-id"


def _arn(arns: Arns, token: str, name: str, inputs: dict[str, Any]) -> str:
    kind = KINDS.get(token)
    return kind.arn_of(arns, name, _id(name), inputs) if kind else nameless(token, name)


def _computed(token: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    public_pem = _public_pem(name) if token == PRIVATE_KEY else ""
    values = {"name": name, "id": _id(name), "inputs": inputs, "public_pem": public_pem}
    patterns = KINDS[token].computed if token in KINDS else {}
    return {output: _filled(pattern, values) for output, pattern in patterns.items()}


def _filled(pattern: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(pattern, list):
        return [_filled(each, values) for each in pattern]
    if isinstance(pattern, Mapping):
        return {name: _filled(each, values) for name, each in pattern.items()}
    return pattern.format(**values)


def _comparable(inputs: dict[str, Any]) -> dict[str, Any]:
    """Assets compare by identity; what the engine compares is their content."""
    asset = pulumi.FileAsset
    return {name: value.path if isinstance(value, asset) else value for name, value in inputs.items()}


def _is_root(resource: Registered, name: str) -> bool:
    return resource.name == name and resource.type in {TENANT, CELL}
