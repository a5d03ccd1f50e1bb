"""Follow an account's life change by change: when could a function not use what it was set up to use?"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tenantry.rules.kinds import tokens

Values = dict[str, Any]


def refusals(account: Path) -> list[str]:
    """Each use that some moment refused, of functions that were there: `acme_items: kms:Decrypt on KEY`."""
    there: dict[tuple[str, str], Values] = {}
    found: dict[str, None] = {}
    for line in (account / "resources.jsonl").read_text().splitlines():
        change = json.loads(line)
        resource = change["type"], change["id"]
        if change["there"]:
            there[resource] = change["values"]
        else:
            del there[resource]
        found |= dict.fromkeys(_refused(there))
    return list(found)


def _refused(there: dict[tuple[str, str], Values]) -> Iterator[str]:
    policies = {each["role"]: json.loads(each["policy"]) for each in _of(there, tokens.ROLE_POLICY)}
    tables = {each["name"]: each for each in _of(there, tokens.TABLE)}
    secrets = {each["arn"]: each for each in _of(there, tokens.SECRET)}
    for function in _of(there, tokens.FUNCTION):
        policy = policies[function["role"].rpartition("/")[2]]
        for value in function["environment"]["variables"].values():
            for action, resource in _uses(value, tables, secrets):
                if not _allows(policy, action, resource):
                    yield f"{function['name']}: {action} on {resource}"


def _uses(value: str, tables: dict[str, Values], secrets: dict[str, Values]) -> Iterator[tuple[str, str]]:
    """What a function does with the table or the secret that a variable of its environment names."""
    if value in tables:
        yield "dynamodb:UpdateItem", tables[value]["arn"]
        key = (tables[value].get("serverSideEncryption") or {}).get("kmsKeyArn")
    elif value in secrets:
        yield "secretsmanager:GetSecretValue", value
        key = secrets[value].get("kmsKeyId")
    else:
        return
    if key and not key.startswith("alias/aws/"):
        yield "kms:Decrypt", key


def _allows(policy: Values, action: str, resource: str) -> bool:
    """Conditions are left to the proof of isolation."""
    return any(
        action in _listed(each["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in _listed(each["Resource"]))
        for each in policy["Statement"]
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _of(there: dict[tuple[str, str], Values], token: str) -> list[Values]:
    return [values for (type_, _), values in there.items() if type_ == token]
