"""Stage variables in URIs: one method serves each stage's own function; the emulator takes them as text."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_variables: ContextVar[Mapping[str, str] | None] = ContextVar("stage_variables", default=None)


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    execute = gateway._execute_in_scope
    function_of = gateway._extract_lambda_ref_from_integration_uri

    async def execute_in_stage(request: Any, api_id: str, stage_name: str, *rest: Any) -> Any:
        stage = gateway._stages_v1.get(api_id, {}).get(stage_name) or {}
        token = _variables.set(stage.get("variables") or {})
        try:
            return await execute(request, api_id, stage_name, *rest)
        finally:
            _variables.reset(token)

    def function_of_stage(uri: str) -> str:
        variables = _variables.get()
        return str(function_of(uri if variables is None else _substituted(uri, variables)))

    gateway._execute_in_scope = execute_in_stage
    gateway._extract_lambda_ref_from_integration_uri = function_of_stage


def _substituted(uri: str, variables: Mapping[str, str]) -> str:
    """Empty when a variable is not defined: the rest of the URI alone could name another function."""
    if any(not variables.get(name) for name in _VARIABLE.findall(uri)):
        return ""
    return _VARIABLE.sub(lambda match: variables[match[1]], uri)
