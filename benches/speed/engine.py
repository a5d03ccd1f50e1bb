"""Stand in for the Pulumi engine over gRPC: take every registration, and answer as the AWS provider would."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from types import TracebackType
from typing import Any, Self

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime import MockCallArgs, MockResourceArgs, rpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from benches.loopback import HOST
from tenantry.execution.registration import Provider
from tenantry.rules.arns import Arns

ARNS = Arns("aws", "eu-central-1", "123456789012")
PROJECT, STACK = "tenantry", "bench"


class StandIn(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Monitor and engine at one free port. `registered`: requests by URN."""

    def __init__(self) -> None:
        self.registered: dict[str, resource_pb2.RegisterResourceRequest] = {}
        self.address = ""
        self._provider = Provider(ARNS, preview=False, last={})
        self._lock = Lock()
        self._server = grpc.server(ThreadPoolExecutor(8))
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self, self._server)
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)

    def __enter__(self) -> Self:
        self.address = f"{HOST}:{self._server.add_insecure_port(f'{HOST}:0')}"
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(None).wait()

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        return resource_pb2.DeploymentInfo(supportedFeatures=resource_pb2.ResourceMonitorFeature.values())

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        urn = _urn(request)
        known = request.parent in self.registered or not request.parent
        if not known or not set(request.dependencies) <= self.registered.keys():
            raise RuntimeError(f"{urn} came before what it depends on")
        inputs = rpc.deserialize_properties(request.object)
        kind = MockResourceArgs(request.type, request.name, inputs, custom=request.custom)
        identity, state = self._provider.new_resource(kind) if request.custom else ("", {})
        answer = Struct()
        answer.CopyFrom(request.object)
        answer.update({name: value for name, value in state.items() if name not in inputs})
        with self._lock:
            self.registered[urn] = request
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity or "", object=answer)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        answer = Struct()
        answer.update(self._provider.call(MockCallArgs(request.tok, {}, request.provider)))
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return empty_pb2.Empty()

    def Log(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return empty_pb2.Empty()


def _urn(request: Any) -> str:
    above = request.parent.split("::")[2] + "$" if request.parent else ""
    return f"urn:pulumi:{STACK}::{PROJECT}::{above}{request.type}::{request.name}"
