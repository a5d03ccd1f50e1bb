"""The shape of a row: what the platform knows of one type of resource, for all who need to know it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from tenantry.rules.arns import Arns
from tenantry.rules.rights.shape import Right

TAGS = "tags"
NAMELESS = "arn:of"  # stands for an ARN that nothing names

Inputs = Mapping[str, Any]


class Calls(NamedTuple):
    """Operations of AWS's control plane, one for each call, such as `logs:CreateLogGroup`.

    They are those of the local platform's makers, which stand for the provider's: it makes the same changes
    by the same operations, and reads more besides. Of what nothing can change, a change is a removal and a
    new one.
    """

    make: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    @classmethod
    def of(cls, service: str, make: str, change: str = "", remove: str = "") -> Self:
        """Operations without the service, divided by blanks."""
        return cls(*(tuple(f"{service}:{name}" for name in each.split()) for each in (make, change, remove)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type. Inputs are the provider's, in camelCase; `a.b` is the member `b` of the input `a`, or of
    each of its elements. An input that stands in none of the fields is not understood.

    Attributes:
        calls: what it costs to make one, to change it, to remove it.
        name: the input that holds the physical name.
        unique: two of one name cannot be there at once.
        arn: spells the ARN by that name or, where there is none, by the id. Left out where nothing names it.
        taggable: its input `tags` is understood too.
        policies: inputs that carry policies, as JSON; rules of the proof read them.
        judged: other inputs that may lead anywhere, each read by a rule of the proof of its own.
        references: inputs that name another resource, by ARN, id or name, and the type of that resource.
        settings: inputs that name nothing else; the proof compares them with what the tenant's file asks for.
        target: what the proof calls it among the things that may be reached; empty where it is none.
        computed: outputs beside the inputs, as patterns or lists and mappings of them, for programs that run
            without a provider.
        secret_outputs: outputs that the program keeps secret.
        unused: inputs that no maker of the local platform reads, with the reason.
        rights: what whoever deploys may call for it.
        free: why one that nobody's file asks for opens nothing; empty where it might.
    """

    token: str
    calls: Calls
    name: str = ""
    unique: bool = True
    arn: Callable[[Arns, str], str] | None = None
    taggable: bool = True
    policies: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    target: str = ""
    computed: Mapping[str, Any] = field(default_factory=dict)
    secret_outputs: tuple[str, ...] = ()
    unused: Mapping[str, str] = field(default_factory=dict)
    rights: tuple[Right, ...] = ()
    free: str = ""

    @property
    def understood(self) -> frozenset[str]:
        named = (self.name,) if self.name else ()
        tags = (TAGS,) if self.taggable else ()
        return frozenset((*named, *tags, *self.policies, *self.judged, *self.references, *self.settings))

    def arn_of(self, arns: Arns, logical_name: str, identifier: str, inputs: Inputs) -> str:
        """The ARN that AWS would give it; of what has none that matters, one that nothing else has."""
        if self.arn is None:
            return nameless(self.token, logical_name)
        return self.arn(arns, inputs[self.name] if self.name else identifier)

    def strange(self, inputs: Inputs) -> Iterator[str]:
        """The inputs that are not understood, by path."""
        return _strange(inputs, self.understood, "")

    def is_setting(self, name: str) -> bool:
        """Whether that input, and all below it, grants nothing and leads nowhere."""
        below = {path for path in self.understood if path == name or path.startswith(f"{name}.")}
        return bool(below) and below <= set(self.settings)

    def referred(self, inputs: Inputs) -> Iterator[tuple[str, str, Any]]:
        """Every value that names another resource: its input, the type that it should be of, the value."""
        for path, token in self.references.items():
            for value in values_at(inputs, path):
                yield path, token, value


def nameless(token: str, logical_name: str) -> str:
    return f"{NAMELESS}:{token}:{logical_name}"


def values_at(inputs: Inputs, path: str) -> Iterator[Any]:
    """Every value that stands there."""
    return _at(inputs, path.split("."))


def _strange(inputs: Inputs, understood: frozenset[str], above: str) -> Iterator[str]:
    for key, value in inputs.items():
        path = above + key
        if path in understood:
            continue
        members = value if isinstance(value, list) else [value]
        if any(each.startswith(f"{path}.") for each in understood) and all(
            isinstance(each, Mapping) for each in members
        ):
            for each in members:
                yield from _strange(each, understood, f"{path}.")
        else:
            yield path


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _at(each, steps)
    elif not steps:
        yield value
    elif isinstance(value, Mapping) and value.get(steps[0]) is not None:
        yield from _at(value[steps[0]], steps[1:])
