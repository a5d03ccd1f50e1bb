"""`python -m benches.stacks`: print what updates cost; exit 1 if a tenant's grows with its neighbours."""

import argparse
import shutil
import sys

from rich.console import Console

from benches.stacks.run import apart, together
from benches.stacks.verdict import of_one_stack, of_stacks, within


def main() -> int:
    parser = argparse.ArgumentParser(prog="benches.stacks")
    parser.add_argument("--apart", type=int, default=25, help="tenants in stacks of their own; 10 at least")
    parser.add_argument("--together", type=int, nargs="*", default=[10], help="tenants in one stack")
    options = parser.parse_args()
    if shutil.which("pulumi") is None:
        print("there is no pulumi on PATH: nothing was measured")
        return 0
    if options.apart < 10:
        parser.error("--apart takes 10 or more: the last tenants are compared with the first ten")
    with Console(stderr=True).status("starting") as status:
        costs = apart(options.apart, status.update)
        for line in of_stacks(costs):
            print(line, flush=True)
        for count in options.together:
            print(of_one_stack(count, together(count, status.update)), flush=True)
    return 0 if within(costs) else 1


if __name__ == "__main__":
    sys.exit(main())
