"""Run the program, and look up each resource that it registers instead of making it."""

import threading
from typing import Any

from pulumi.runtime import MockResourceArgs, rpc
from pulumi.runtime.mocks import MockMonitor

from tenantry.errors import Failed
from tenantry.execution.registration import Program, Provider, execute
from tenantry.rules.jwks import ed25519_jwk
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.tokens import STACK, TENANT
from tenantry.verification.reader import UNKNOWN, Deployed, Found
from tenantry.verification.readers import READERS, UNREADABLE
from tenantry.verification.reading import Reading

# Of every key pair whose private half is in the state alone: any will do, as long as it can be told.
PUBLIC_PEM = f"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA{'A' * 43}=\n-----END PUBLIC KEY-----\n"
UNKNOWABLE = (UNKNOWN, ed25519_jwk("any", PUBLIC_PEM)["x"])


class LookingMonitor(MockMonitor):
    """The monitor that answers with what is there. `deployed` is in the order of registration."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.deployed: list[Deployed] = []
        super().__init__(_Provider(self))
        self._owners: dict[str, str] = {}
        self._asked = threading.local()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the SDK's name
        if request.type != STACK:
            urn = self.make_urn(request.parent, request.type, request.name)
            owner = request.name if request.type == TENANT else self._owners.get(request.parent, "")
            self._owners[urn] = owner
            self._asked.urn = urn
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # untyped in the SDK

    def look_up(self, args: MockResourceArgs) -> Found | None:
        urn = self._asked.urn
        if args.typ not in READERS and args.typ not in UNREADABLE:
            raise Failed(
                f"{args.name}: nothing reads {args.typ}; give it a reader in tenantry/verification/readers, "
                "or list it there as unreadable, with the reason"
            )
        inputs = {name: rpc.unwrap_rpc_secret(value) for name, value in args.inputs.items()}
        found = READERS[args.typ].read(self.reading, inputs) if args.typ in READERS else None
        self.deployed.append(Deployed(urn, args.typ, args.name, self._owners[urn], inputs, found))
        return found


class _Provider(Provider):
    """Of what is missing it answers as if it were there, so that the rest can be looked up."""

    def __init__(self, monitor: LookingMonitor) -> None:
        super().__init__(monitor.reading.arns, preview=False, last={})
        self._monitor = monitor

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return "", {}
        found = self._monitor.look_up(args)
        identifier, state = super().new_resource(args)
        if args.typ == tokens.RANDOM_ID:
            return UNKNOWN, {**state, "hex": UNKNOWN}
        if args.typ == tokens.PRIVATE_KEY:
            return UNKNOWN, {**state, "publicKeyPem": PUBLIC_PEM}
        return (found.id, {**state, **found.outputs}) if found else (identifier, state)


def deployed(program: Program, stack: str, reading: Reading) -> list[Deployed]:
    """Every resource that the program registers, with what is there of it.

    Raises:
        Failed: a resource of a type that nothing reads; nothing was compared.
    """
    monitor = LookingMonitor(reading)
    execute(program, monitor, stack)
    return monitor.deployed
