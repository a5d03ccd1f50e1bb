"""What the Pulumi CLI says when it fails is handed on."""

import pytest

from tenantry.operations.engine import reason


@pytest.mark.parametrize(
    ("output", "errors", "why"),
    [
        ('{"diagnostics": [{"severity": "error", "message": "no file\\n"}]}', "", "no file"),
        ("", "error: no stack named 'demo' found\n", "error: no stack named 'demo' found"),
        (
            "Updating (demo):\n + role created\nDiagnostics:\n  aws:role:\n    error: no\n",
            "",
            "aws:role:\n    error: no",
        ),
        ('{"steps": []}', "", "it gives no reason"),
    ],
)
def test_a_command_that_fails_gives_the_engines_reason(output: str, errors: str, why: str) -> None:
    assert reason(output, errors) == why
