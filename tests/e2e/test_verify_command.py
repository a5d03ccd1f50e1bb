"""`verify` on the running platform: all as declared, by reading and by calls, until something changes."""

import json
from collections.abc import Iterator

import pytest

from tests.support.command import Command, Run
from tests.support.platform import Platform


def test_the_platform_is_what_its_files_say(platform: Platform, run: Run, command: Command) -> None:
    code, out, err = run(command, "verify", "--call", "--json")
    shown = json.loads(out)
    assert (code, err, shown["findings"]) == (0, "", [])
    assert shown["compared"] > 100
    assert platform.local.endpoint in shown["place"]


@pytest.fixture
def unbounded(platform: Platform) -> Iterator[str]:
    iam, role = platform.root.client("iam"), platform.names.function("acme", "tools")
    boundary = iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    iam.delete_role_permissions_boundary(RoleName=role)
    yield role
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)


@pytest.mark.usefixtures("unbounded")
def test_a_change_is_shown_with_its_tenant_and_what_to_do(run: Run, command: Command) -> None:
    code, out, _ = run(command, "verify", "acme")
    assert code == 1
    assert "1 difference:" in out
    [row] = [line for line in out.splitlines() if "Role acme.tools" in line]
    assert "nothing" in row
    code, out, _ = run(command, "verify", "globex")
    assert (code, "all as declared" in out) == (0, True)


def test_a_tenant_that_is_not_there_is_wrong_input(run: Run, command: Command) -> None:
    code, out, err = run(command, "verify", "nobody")
    assert (code, out) == (2, "")
    assert "acme" in err
