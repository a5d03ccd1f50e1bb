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
        (
            "Previewing (demo):\nPolicies:\n    ❌ tenantry@v0.1.0\n        - [mandatory]  role-is-bounded\n"
            "\nDiagnostics:\n  demo:\n    error: preview failed\n\nOutputs:\n    cell: demo\n",
            "",
            "❌ tenantry@v0.1.0\n        - [mandatory]  role-is-bounded\ndemo:\n    error: preview failed",
        ),
        (
            "Policies:\n    ✅ tenantry@v0.1.0\n\nDiagnostics:\n  demo:\n    error: no\n\n"
            "Resources:\n    1 errored\n",
            "",
            "demo:\n    error: no",
        ),
        ('{"steps": []}', "", "it gave no reason"),
    ],
)
def test_a_command_that_fails_gives_the_engines_reason(output: str, errors: str, why: str) -> None:
    assert reason(output, errors) == why
