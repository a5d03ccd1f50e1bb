"""`python -m benches.fleet`: print which claims about a fleet of many stacks held; exit 1 if one did not."""

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from benches.fleet.run import Claim, Kills, claims, idle, taken_over
from tests.engine.crowd import crowd


def main() -> int:
    parser = argparse.ArgumentParser(prog="benches.fleet")
    parser.add_argument("--cells", type=int, default=20, help="2 at least: each of the first is a ring")
    parser.add_argument("--tenants", type=int, default=10, help="on each cell")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--within", type=float, default=10, help="seconds until each kill, at most")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 2, help="stacks at a time")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    if shutil.which("pulumi") is None:
        print("there is no pulumi on PATH: nothing was tried")
        return 0
    print(f"seed {options.seed}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="tenantry-fleet-") as folder,
        crowd(Path(folder), options.cells, options.tenants, options.at_once) as stacks,
    ):
        chance = random.Random(options.seed)  # noqa: S311 - any moments
        kills = Kills(options.kills, options.within, chance)
        tried = claims(stacks, kills, lambda line: print(line, flush=True))
        found = [_told(each) for each in tried]
        if all(claim.held for claim in found):
            found += [_told(idle(stacks)), _told(taken_over(stacks))]
    print(f"\n| {options.cells * options.tenants} tenants in {options.cells} cells | held | seconds |")
    print("| --- | --- | ---: |")
    for claim in found:
        print(f"| {claim.what} | {'✓' if claim.held else '✗'} | {claim.seconds:,.0f} |")
    return 0 if all(claim.held for claim in found) else 1


def _told(claim: Claim) -> Claim:
    print(f"{'✓' if claim.held else '✗'} {claim.what} ({claim.seconds:.0f} s): {claim.found}", flush=True)
    return claim


if __name__ == "__main__":
    sys.exit(main())
