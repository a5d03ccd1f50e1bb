"""A worker serves on after its handler has raised, as Lambda's environments do; the emulator ends it.

The script that a worker runs reports what was raised as an answer, so that the emulator keeps the process;
afterwards the answer becomes the error that it is.
"""

from typing import Any

_ENDING = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_SERVING = '{"status": "ok", "raised": str(e), "trace": traceback.format_exc()}'


class UnknownScript(RuntimeError):
    """The emulator's worker is not the one that this repair was written for."""


def repair() -> None:
    from ministack.core import lambda_runtime

    script, invoke = lambda_runtime._PYTHON_WORKER_SCRIPT, lambda_runtime.Worker.invoke
    if script.count(_ENDING) != 1:
        raise UnknownScript("the worker's script reports what its handler raises in another way")

    def invoke_and_keep(worker: Any, *given: Any, **named: Any) -> Any:
        result = invoke(worker, *given, **named)
        if "raised" in result:
            result |= {"status": "error", "error": result.pop("raised")}
        return result

    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_ENDING, _SERVING)
    lambda_runtime.Worker.invoke = invoke_and_keep
