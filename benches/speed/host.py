"""Execute the platform's program as the engine's language host does: `python -m benches.speed.host ADDRESS`.

It follows sdk/python/cmd/pulumi-language-python-exec of github.com/pulumi/pulumi. Configuration comes in the
variable in which the engine hands it over, PULUMI_CONFIG.
"""

import asyncio
import logging
import os
import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory

import pulumi
from pulumi.runtime import Settings, configure, get_config_env, run_in_stack, set_all_config

from benches.speed.engine import PROJECT, STACK
from tenantry.paths import ROOT

WORKERS = 32  # the engine's default of four operations a core, times four


def main(address: str) -> None:
    set_all_config(get_config_env())
    configure(
        Settings(
            monitor=address,
            engine=address,
            project=PROJECT,
            stack=STACK,
            dry_run=False,
            organization="organization",  # as the engine calls it where there is none
        )
    )
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(WORKERS) as executor:
        loop.set_default_executor(executor)
        try:
            loop.run_until_complete(run_in_stack(lambda: _run()))
        except pulumi.RunError as error:
            sys.exit(str(error))


def _run() -> None:
    with TemporaryDirectory() as state:  # a deploy is recorded beside the state, and remembered here
        os.environ.update(PULUMI_BACKEND_URL=f"file://{state}", TENANTRY_STATE=state)
        runpy.run_path(str(ROOT / "platform"), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
