"""Compile files and import handlers; run as a program by `trial`, in an interpreter of its own.

stdin holds `{"folders": [...], "files": [...], "handlers": [[handler, variables], ...]}`; stdout gets the
first fault, as `{"file": ..., "line": ..., "error": ..., "handler": ...}`, or `null`.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def first_fault(folders: list[str], files: list[str], handlers: list[tuple[str, dict[str, str]]]) -> Any:
    for file in files:
        try:
            compile(Path(file).read_bytes(), file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:  # ValueError: a null byte
            return _fault(error, folders, "", file)
    sys.path[:0] = folders
    for handler, variables in handlers:
        os.environ.update(variables)
        module, _, name = handler.rpartition(".")
        try:
            getattr(importlib.import_module(module), name)
        except BaseException as error:  # SystemExit too: it would end the function
            return _fault(error, folders, handler)
    return None


def _fault(error: BaseException, folders: list[str], handler: str, file: str = "") -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if any(frame.filename.startswith(f"{each}/") for each in folders)]
    at = (own[-1].filename, own[-1].lineno) if own else (file, 1)
    message = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        at, message = (error.filename, error.lineno), error.msg
    return {"file": at[0], "line": at[1], "error": f"{type(error).__name__}: {message}", "handler": handler}


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr  # a module may print while it is imported
    print(json.dumps(first_fault(**json.load(sys.stdin))), file=answers, flush=True)
