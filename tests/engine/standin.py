"""A stand-in for the providers aws, random and tls: Pulumi's protocol over an account that is a folder.

Types, names, ARNs and what forces a replacement come from the platform's own rows and makers. It refuses
what AWS refuses by name: a name that is taken, a table that is protected. `faults.json` in the account's
folder names, by operation and part of a URN, calls that fail, whose answer is lost, or that end in the
engine's death. Where `rates.json` is there, calls are throttled as AWS does it. Unlike in AWS, nothing is
slow or eventually consistent, and nobody's permission is asked.
"""

import base64
import json
import os
import secrets
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tenantry.local.engine.resources import MAKERS
from tenantry.local.engine.resources.maker import Made, goes_with_its_owner, put
from tenantry.rules.arns import Arns
from tenantry.rules.key_policies import AWS_OWN_FOR_SECRETS
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.kind import filled
from tenantry.rules.kinds.tokens import DEPLOYMENT, SECRET, TABLE
from tests.engine import rates
from tests.engine.account import Account, Resource, Values

REGION, ACCOUNT_ID = "eu-central-1", "123456789012"
ARNS = Arns("aws", REGION, ACCOUNT_ID)
INVOKED = {
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getRegion:getRegion": {"region": REGION},
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/operator",
    },
}


# Of types that the local platform has no use for, such as the account's settings.
_CHANGED_IN_PLACE = put(lambda *_: Made("", {}), goes_with_its_owner)


class Refused(Exception):
    """What AWS answers instead of doing it."""


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, folder: Path) -> None:
        self.cancelled = threading.Event()
        self._folder = folder
        self._account = Account(folder)
        self._lock = threading.Lock()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol's names
        return plugin_pb2.PluginInfo(version="9.9.9")

    def Attach(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        self.cancelled.set()
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, _context: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Without previews of its own: the engine then knows of a new resource its inputs alone."""
        return provider_pb2.ConfigureResponse(supportsPreview=False)

    def Invoke(self, request: Any, _context: Any) -> Any:  # noqa: N802
        if request.tok == "aws:dynamodb/getTables:getTables":
            names = [each.values["name"] for each in self._account if each.type == TABLE]
            return provider_pb2.InvokeResponse(**{"return": _struct({"names": names})})
        return provider_pb2.InvokeResponse(**{"return": _struct(INVOKED[request.tok])})

    def Check(self, request: Any, _context: Any) -> Any:  # noqa: N802
        failures = [
            provider_pb2.CheckFailure(property=name, reason="it has no row that states this input")
            for name in KINDS[_type(request.urn)].strange(_values(request.news))
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: Any, _context: Any) -> Any:  # noqa: N802
        type_ = _type(request.urn)
        old, new = _values(request.old_inputs), _values(request.news)
        if type_ == SECRET:  # compared with what AWS shows, which the program's silence does not change
            old = {name: value for name, value in old.items() if name != "kmsKeyId"} | _kept_key(
                _values(request.olds)
            )
        differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        maker = MAKERS.get(type_, _CHANGED_IN_PLACE)
        replacing = [name for name in differing if maker.update is None or name in maker.fixed]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if differing else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=differing,
            replaces=replacing,
            deleteBeforeReplace=bool(replacing) and maker.name is not None and maker.name not in differing,
        )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_, inputs = _type(request.urn), _values(request.properties)

        def create() -> Any:
            name = _unique_name(type_, inputs)
            if name and self._account.find(type_, name):
                raise Refused(f"EntityAlreadyExists: {type_} {name}")
            values = _shown(type_, inputs | _computed(type_, request.urn, inputs))
            made = Resource(type_, values.pop("id"), name, values)
            self._account.put(made)
            return provider_pb2.CreateResponse(id=made.id, properties=_struct(values))

        return self._do("create", request.urn, context, create)

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_, inputs = _type(request.urn), _values(request.news)

        def update() -> Any:
            there = self._there(type_, request.id)
            outputs = {name: value for name, value in there.values.items() if name not in _inputs(type_)}
            kept = _kept_key(there.values) if type_ == SECRET else {}
            values = _shown(type_, kept | inputs | outputs)
            made = Resource(type_, there.id, there.unique_name, values)
            self._account.put(made)
            return provider_pb2.UpdateResponse(properties=_struct(made.values))

        return self._do("update", request.urn, context, update)

    def Read(self, request: Any, _context: Any) -> Any:  # noqa: N802
        type_ = _type(request.urn)
        there = self._account.find(type_, request.id)
        if there is None:
            return provider_pb2.ReadResponse(id="")
        inputs = {name: value for name, value in there.values.items() if name in _inputs(type_)}
        return provider_pb2.ReadResponse(
            id=there.id, properties=_struct(there.values), inputs=_struct(inputs)
        )

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        type_ = _type(request.urn)

        def delete() -> Any:
            there = self._account.find(type_, request.id)
            if there is not None and there.values.get("deletionProtectionEnabled"):
                raise Refused(f"ValidationException: {there.id} is protected against deletion")
            if type_ == DEPLOYMENT and any(
                each.values.get("deployment") == request.id for each in self._account
            ):
                raise Refused(f"BadRequestException: active stages point to deployment {request.id}")
            if there is not None:
                self._account.remove(there)
            return empty_pb2.Empty()

        return self._do("delete", request.urn, context, delete)

    def _there(self, type_: str, identifier: str) -> Resource:
        found = self._account.find(type_, identifier)
        if found is None:
            raise Refused(f"NotFoundException: {type_} {identifier}")
        return found

    def _do(self, operation: str, urn: str, context: Any, act: Callable[[], Any]) -> Any:
        with self._lock:
            try:
                fault = self._fault(operation, urn)
                if fault == "fails":
                    raise Refused("InternalFailure: on order")
                if throttled := rates.refused(self._folder, _calls(operation, _type(urn))):
                    raise Refused(f"{rates.THROTTLED}: Rate exceeded for {throttled}")
                answer = act()
                if fault == "lost":
                    raise Refused("RequestTimeout: it was done, and its answer is lost")
                if fault == "killed":
                    os.kill(os.getppid(), signal.SIGKILL)
                    os._exit(1)
            except Refused as refusal:
                self._account.log(operation, urn, str(refusal))
                context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
            self._account.log(operation, urn)
            return answer

    def _fault(self, operation: str, urn: str) -> str:
        """How this call is to go wrong, if it is."""
        faults = self._folder / "faults.json"
        for fault in json.loads(faults.read_text()) if faults.exists() else []:
            if fault["operation"] == operation and fault["urn"] in urn:
                return str(fault["how"])
        return ""


def _calls(operation: str, type_: str) -> Counter[str]:
    """Those that the real provider would make of AWS."""
    of = KINDS[type_].calls
    return Counter({"create": of.make, "update": of.change, "delete": of.remove}[operation])


def _computed(type_: str, urn: str, inputs: Values) -> Values:
    """Id and outputs, none of which a second resource of the same inputs would get."""
    name, identifier = urn.rpartition("::")[2], secrets.token_hex(5)
    match type_:
        case "random:index/randomBytes:RandomBytes":
            value = secrets.token_bytes(int(inputs["length"]))
            return {"id": identifier, "base64": base64.b64encode(value).decode(), "hex": value.hex()}
        case "random:index/randomId:RandomId":
            return {"id": identifier, "hex": secrets.token_hex(int(inputs["byteLength"]))}
        case "tls:index/privateKey:PrivateKey":
            key = Ed25519PrivateKey.generate()
            private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            return {"id": identifier, "privateKeyPemPkcs8": private, "publicKeyPem": public}
    row = KINDS[type_]
    known = {"name": name, "id": identifier, "inputs": inputs}
    outputs = {output: filled(pattern, known) for output, pattern in row.computed.items()}
    if "value" in outputs:  # an API key's
        outputs["value"] = secrets.token_hex(20)
    return {"id": identifier, "arn": row.arn_of(ARNS, name, identifier, inputs), **outputs}


def _kept_key(values: Mapping[str, Any]) -> Values:
    """An update that names no key leaves a secret under the one it has."""
    return {"kmsKeyId": values["kmsKeyId"]} if "kmsKeyId" in values else {}


def _shown(type_: str, values: Values) -> Values:
    """AWS leaves its own key out where it describes a secret."""
    own = type_ == SECRET and values.get("kmsKeyId") == AWS_OWN_FOR_SECRETS
    return {name: value for name, value in values.items() if not (own and name == "kmsKeyId")}


def _unique_name(type_: str, inputs: Values) -> str:
    """With what it belongs to: two functions may have permissions of one name."""
    row = KINDS[type_]
    if not row.name or not row.unique:
        return ""
    owner = next((f"{inputs[each]}/" for each in ("bucket", "function", "restApi") if each in inputs), "")
    return f"{owner}{inputs[row.name]}"


def _inputs(type_: str) -> set[str]:
    return {path.partition(".")[0] for path in KINDS[type_].understood}


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _values(struct: struct_pb2.Struct) -> Values:
    return {name: value for name, value in MessageToDict(struct).items() if not name.startswith("__")}


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return ParseDict(dict(values), struct_pb2.Struct())


def main() -> None:
    """Serve until the engine, which started this process, says so or is gone."""
    folder = Path(os.environ["STAND_IN_ACCOUNT"]) / sys.argv[1]
    folder.mkdir(parents=True, exist_ok=True)
    size = 256 * 2**20
    server = grpc.server(
        ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", size), ("grpc.max_send_message_length", size)],
    )
    provider = Provider(folder)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    done, parent = threading.Event(), os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    # Ctrl-C reaches it too, in the middle of an update; the engine interrupts what it has cancelled before.
    signal.signal(signal.SIGINT, lambda *_: done.set() if provider.cancelled.is_set() else None)
    while not done.wait(0.5) and os.getppid() == parent:
        pass
    server.stop(0)


if __name__ == "__main__":
    main()
