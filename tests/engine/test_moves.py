"""A tenant moves between tables and keys while it is served: no right goes before what runs has moved."""

from tests.engine.stack import Stack
from tests.engine.windows import refusals

POOLED = ""
SILO = "data: {isolation: silo}\n"
UNDER_ITS_KEY = "data: {isolation: silo, encryption: kms}\n"


def test_a_tenant_that_moves_may_use_what_it_runs_on_at_every_moment(stack: Stack) -> None:
    stack.project.tenant("acme", "items")
    file = stack.project.root / "own" / "demo" / "acme.yaml"
    plain = file.read_text()

    def moved(data: str, *allow: str) -> str:
        file.write_text(plain + data)
        stack.configure("tenantry:allow", f"[{', '.join(allow)}]")
        said = stack.up()
        assert refusals(stack.folder / "account" / "aws") == []
        return said

    def leaving() -> list[str]:
        names = [each["Sid"] for each in stack.granted("acme.items")]
        return sorted(name for name in names if name.startswith("Leaving"))

    moved(SILO)
    moved(UNDER_ITS_KEY)
    assert leaving() == []  # a key is one right more
    moved(SILO)
    assert leaving() == ["LeavingDecryptItems", "LeavingDecryptRuntimeSecret"]
    moved(SILO)  # takes away what the last update left
    assert leaving() == []
    stack.preview("--expect-no-changes")  # the secrets are back under AWS's own key, too
    moved(POOLED, "acme/isolation")
    moved(POOLED)  # an entry counts for one update
    back = moved(SILO, "acme/isolation")
    assert "acme takes its table tenantry_own_acme back, with the records that it held" in back
