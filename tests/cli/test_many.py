"""Of many tenants alike, the first few are named and the rest are counted, until each is asked for."""

import json
import shutil

import pytest

from tests.support.command import TENANTS, Command, Run

MANY = 12


class Narrow(Command):
    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "COLUMNS": "80"}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Twelve tenants that ask for answers longer than the gateway waits, in one cell."""
    folder = tmp_path_factory.mktemp("many")
    tenants = shutil.copytree(TENANTS, folder / "tenants")
    text = (tenants / "demo" / "acme-eu.yaml").read_text().split("\nworkload:")[0]
    shutil.rmtree(tenants / "demo")
    (tenants / "demo").mkdir()
    for number in range(MANY):
        own = text.replace("acme-eu", f"many-{number:02}")
        slow = f"{own}\nworkload:\n  longest_request_seconds: 60\n"
        (tenants / "demo" / f"many-{number:02}.yaml").write_text(slow)
    tiers = tenants / "tiers.yaml"
    tiers.write_text(tiers.read_text() + f"\ncells:\n  demo: {{stages_quota: {MANY}}}\n")
    return Command(folder / "state", tenants)


def ran(run: Run, many: Command, line: str) -> tuple[int, list[str], list[str]]:
    code, out, err = run(many, *line.split(), "--tenants", str(many.tenants))
    return code, out.splitlines(), err.splitlines()


def test_warnings_of_one_kind_are_summed_up(run: Run, many: Command) -> None:
    code, out, err = ran(run, many, "validate")
    told = [line for line in err if "does not fit" in line]
    assert (code, len(told)) == (0, 3)
    assert "warning: … and 9 more of this kind; --all shows each" in err
    assert "many-09 and 2 more" in " ".join(" ".join(out).split())
    _, _, each = ran(run, many, "validate --all")
    assert len([line for line in each if "does not fit" in line]) == MANY


def test_verdicts_of_many_tenants_are_summed_up(run: Run, many: Command) -> None:
    code, out, _ = ran(run, many, "fit")
    assert (code, len(out)) == (0, 5)
    assert out[-1] == f"0 of {MANY} tenants fit; name a tenant for its whole verdict"
    assert len(ran(run, many, "fit --all")[1]) > 5 * MANY
    verdicts = json.loads("\n".join(ran(run, many, "fit --json")[1]))
    assert len(verdicts["tenants"]) == MANY


def test_the_proof_is_rows_of_words_that_a_narrow_terminal_shows_whole(run: Run, many: Command) -> None:
    code, out, _ = ran(run, Narrow(many.home, many.tenants), "isolation")
    assert code == 0
    assert max(map(len, out)) <= 80
    [second] = [line.index("is allowed") for line in out if "is allowed" in line]
    roles = " ".join(" ".join(line[:second] for line in out).split())
    assert f"items of many-00, many-01, many-02 and {MANY - 3} more" in roles
    assert "…" not in "".join(out)
    code, wide, _ = ran(run, many, "isolation --wide")
    assert (code, sum("items" in line for line in wide)) == (0, MANY)
