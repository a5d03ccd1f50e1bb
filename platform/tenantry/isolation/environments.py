"""Rules on functions' environments: they name their own tenant's resources, and lead calls only to AWS.

Each rule yields the leaks that break it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from agreed import environment
from tenantry.execution.registration import Registered
from tenantry.groups import current
from tenantry.isolation import targets
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules import naming
from tenantry.rules.kinds.tokens import FUNCTION, SECRET, TABLE

# These lead calls to another endpoint or through a proxy, or the interpreter to other code.
_ELSEWHERE = re.compile(r"AWS_.*|.*ENDPOINT.*|.*_PROXY|LD_.*|PYTHON.*|SSL_.*|.*CA_BUNDLE", re.I)
_BETWEEN = re.compile(r"[\s,;\"'{}\[\]]+")


def an_environment_names_its_own_tenants(cell: RegisteredCell) -> Iterator[Leak]:
    tables = {cell.owner(each): each.inputs["name"] for each in cell.of(TABLE)}
    named = {each.arn: (cell.owner(each), each.inputs["name"]) for each in cell.of(SECRET)}
    known = targets.known_secrets(cell)
    for function in cell.of(FUNCTION):
        tenant, said = cell.owner(function), _variables(function)
        secrets = {environment.secret_arn(each): cell.names.secret(str(tenant), each) for each in known}
        queues = {
            environment.queue_url(each.name): cell.names.queue(str(tenant), each.name)
            for each in current().queues
        }
        if said.get("TENANT") != tenant:
            yield _leak(function, "TENANT", "acts")
        if "TABLE" in said and said["TABLE"] != tables.get(tenant, tables.get(None)):
            yield _leak(function, "TABLE")
        for variable, secret in secrets.items():
            if variable in said:
                owner, name = named.get(said[variable], (None, ""))
                if owner != tenant or not name.startswith(naming.generation(secret, "")):
                    yield _leak(function, variable)
        for variable, queue in queues.items():
            if variable in said and said[variable].rpartition("/")[2] != queue:
                yield _leak(function, variable)


def an_environment_names_nothing_of_another_tenants(cell: RegisteredCell) -> Iterator[Leak]:
    """Under whatever variable: no ARN, name or address of what is another's."""
    owners = defaultdict(set)
    for each in cell.of(*targets.KINDS):
        owner = cell.owner(each)
        for spelling in each.spellings if owner else ():
            owners[spelling].add(owner)
    for function in cell.of(FUNCTION):
        for variable, value in _variables(function).items():
            words = {value, *_BETWEEN.split(value)}
            words |= {word.rpartition("/")[2] for word in words if "://" in word}
            if any(owners[word] - {cell.owner(function)} for word in words & owners.keys()):
                yield _leak(function, variable)


def an_environment_sends_no_call_elsewhere(cell: RegisteredCell) -> Iterator[Leak]:
    for function in cell.of(FUNCTION):
        for variable in _variables(function):
            if _ELSEWHERE.fullmatch(variable):
                yield _leak(function, variable)


def _variables(function: Registered) -> dict[str, str]:
    found: dict[str, str] = (function.inputs.get("environment") or {}).get("variables") or {}
    return found


def _leak(function: Registered, variable: str, action: str = "works") -> Leak:
    return leak(function, action, str(_variables(function).get(variable)), f"{variable} in its environment")
