"""Move a tenant between the engine's records of two stacks: its URNs change, and nothing on AWS.

Records are those of `pulumi stack export --show-secrets`. The same resource has the same id in both, and the
same URN but for the stack's name.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tenantry.errors import Failed
from tenantry.rules.kinds.tokens import STACK, TENANT

Record = dict[str, Any]
Resource = dict[str, Any]

PROVIDERS = "pulumi:providers:"
# What marks a secret in a record: `SigKey` and `SecretSig` in Pulumi's sdk/go/common/resource/sig.
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def resources(record: Record) -> list[Resource]:
    found: list[Resource] = record["deployment"].get("resources") or []
    return found


def outputs(record: Record) -> dict[str, Any]:
    """Of the stack; empty before its first update went through."""
    root = _root(record)
    return dict(root.get("outputs") or {}) if root else {}


def tenants(record: Record) -> list[str]:
    """Slugs of those whose resources are in the record."""
    return sorted({each["urn"].rpartition("::")[2] for each in resources(record) if each["type"] == TENANT})


def held(record: Record) -> set[tuple[str, str]]:
    """What stands for something outside of the record: types and name of its URN, and its id."""
    return {
        (each["urn"].split("::", 2)[2], each["id"])
        for each in resources(record)
        if each.get("id") and not each["type"].startswith(PROVIDERS)
    }


def of_tenant(cell: Record, slug: str, stack: str, empty: Record) -> Record:
    """The record of a stack of the tenant's own.

    Args:
        stack: its name.
        empty: its record until then, which says how its secrets are encrypted.
    """
    own = list(_below(cell, slug))
    used = {each.get("provider") for each in own}
    providers = [each for each in resources(cell) if f"{each['urn']}::{each.get('id')}" in used]
    root = {**(_root(cell) or {}), "outputs": _outputs_of_tenant(outputs(cell), slug)}
    return _holding(cell, empty, _pruned(_renamed([root, *providers, *own], _stack(cell), stack)))


def without_tenants(cell: Record) -> Record:
    """The cell's record once its tenants are in stacks of their own."""
    gone = {id(each) for slug in tenants(cell) for each in _below(cell, slug)}
    before = outputs(cell)
    listed = {
        slug: {"status": each["status"], "api_keys": sorted(each["api_key_ids"])}
        for slug, each in before.get("tenants", {}).items()
    }
    kept = [each for each in before.get("left", []) if each not in tenants(cell)]
    after = {**before, "tenants": {}, "granted": _sealed({}), "left": kept, "listed": listed}
    left = [each for each in resources(cell) if id(each) not in gone]
    return _holding(cell, cell, _pruned(_with_outputs(left, after)))


def with_tenants(cell: Record, own: Mapping[str, Record]) -> Record:
    """The cell's record once it holds its tenants itself.

    Args:
        own: the records of the tenants' stacks, by slug.

    Raises:
        Failed: a tenant's stack reaches AWS by a provider that is configured otherwise.
    """
    there, after = copy.deepcopy(resources(cell)), outputs(cell)
    held_by_tenants: dict[str, Any] = {}
    granted: dict[str, Any] = {}
    left = {*after.get("left", [])}
    after.pop("listed", None)
    for record in own.values():
        theirs = outputs(record)
        held_by_tenants |= theirs.get("tenants", {})
        granted |= _opened(theirs["granted"]) if "granted" in theirs else {}
        left |= {*theirs.get("left", [])}
        if resources(record):
            _join(there, _renamed(resources(record), _stack(record), _stack(cell)))
    after |= {"tenants": held_by_tenants, "granted": _sealed(granted), "left": sorted(left)}
    return _holding(cell, cell, _pruned(_with_outputs(there, after)))


def _join(there: list[Resource], moved: list[Resource]) -> None:
    """One provider of a name serves both, if both are configured alike."""
    providers = {each["urn"]: each for each in there if each["type"].startswith(PROVIDERS)}
    known = {each["urn"] for each in there}
    served = {}
    for each in moved:
        mine = providers.get(each["urn"])
        if mine is not None:
            if mine.get("inputs") != each.get("inputs"):
                raise Failed(
                    f"{each['urn']} is configured differently in the tenant's stack; deploy both alike first"
                )
            served[f"{each['urn']}::{each['id']}"] = f"{mine['urn']}::{mine['id']}"
    for each in moved:
        if each["urn"] not in known or each.get("delete"):
            provider = each.get("provider")
            there.append({**each, "provider": served.get(provider, provider)} if provider else each)


def _outputs_of_tenant(cell: Mapping[str, Any], slug: str) -> dict[str, Any]:
    """None of a tenant that no update has completed."""
    if slug not in cell.get("tenants", {}):
        return {}
    granted = _opened(cell["granted"])
    return {
        "cell": cell["cell"],
        "tenants": {slug: cell["tenants"][slug]},
        "granted": _sealed({slug: granted[slug]} if slug in granted else {}),
        "allowed": [],
        "left": [each for each in cell.get("left", []) if each == slug],
    }


def _sealed(granted: Mapping[str, Any]) -> dict[str, str]:
    """As the engine holds a secret text; `put` encrypts it."""
    return {**_SECRET, "plaintext": json.dumps(json.dumps(granted))}


def _opened(sealed: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.loads(sealed["plaintext"]))
    return found


def _root(record: Record) -> Resource | None:
    return next((each for each in resources(record) if each["type"] == STACK), None)


def _stack(record: Record) -> str:
    return str(resources(record)[0]["urn"]).split("::")[0].removeprefix("urn:pulumi:")


def _below(record: Record, slug: str) -> Iterator[Resource]:
    """The tenant's component and all that hangs below it, in the record's order: parents come first."""
    inside: set[str] = set()
    for each in resources(record):
        is_top = each["type"] == TENANT and each["urn"].rpartition("::")[2] == slug
        if is_top or each.get("parent") in inside:
            inside.add(each["urn"])
            yield each


def _with_outputs(found: list[Resource], after: Mapping[str, Any]) -> list[Resource]:
    return [{**each, "outputs": after} if each["type"] == STACK else each for each in found]


def _holding(like: Record, record: Record, found: list[Resource]) -> Record:
    """`like` says which version of the format the resources are in."""
    return {**like, "deployment": {**record["deployment"], "resources": found}}


def _renamed(found: list[Resource], old: str, new: str) -> list[Resource]:
    """Copies, with the URNs of another stack; inputs and outputs of AWS hold none."""
    before, root = f"urn:pulumi:{old}::", f"::{STACK}::"

    def renamed(text: str) -> str:
        if not text.startswith(before):
            return text
        text = f"urn:pulumi:{new}::{text.removeprefix(before)}"
        return f"{text.removesuffix(old)}{new}" if root in text else text

    return [
        {
            name: value if name in {"inputs", "outputs"} else _mapped(value, renamed)
            for name, value in each.items()
        }
        for each in found
    ]


def _mapped(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [_mapped(each, text) for each in value]
    return {name: _mapped(each, text) for name, each in value.items()} if isinstance(value, dict) else value


def _pruned(found: list[Resource]) -> list[Resource]:
    """Without dependencies on what another record holds; the next update of the stack records its own."""
    known = {each["urn"] for each in found}

    def kept(urns: list[str] | None) -> list[str]:
        return [urn for urn in urns or () if urn in known]

    def pruned(each: Resource) -> Resource:
        by_property = {name: kept(urns) for name, urns in (each.get("propertyDependencies") or {}).items()}
        changed = {
            **each,
            "dependencies": kept(each.get("dependencies")),
            "propertyDependencies": {name: urns for name, urns in by_property.items() if urns},
            "replaceWith": kept(each.get("replaceWith")),
        }
        if changed.get("deletedWith") not in known:
            changed.pop("deletedWith", None)
        return changed

    return [pruned(each) for each in found]
