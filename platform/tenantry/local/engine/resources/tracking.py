"""Hand inputs to a maker so that one that it leaves unread is an error, instead of silently dropped."""

from collections.abc import Collection, ItemsView, Iterator, Mapping, ValuesView
from typing import Any

from tenantry.rules.kinds import Kind


class Tracked(dict[str, Any]):
    """Inputs that remember which of them were read; so do the mappings among them."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        super().__init__({name: _tracked(value) for name, value in inputs.items()})
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(name)
        return super().get(name, default)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]  # a view all the same
        self._read.update(self)
        return super().items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # a view all the same
        self._read.update(self)
        return super().values()

    def unread(self) -> Iterator[str]:
        """By path, such as `tracingConfig.mode`."""
        for name, value in super().items():
            if name not in self._read:
                yield name
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, Tracked):
                    yield from (f"{name}.{path}" for path in each.unread())


def refuse_unread(inputs: Tracked, row: Kind, unchanged: Collection[str] = ()) -> None:
    """Raises NotImplementedError: an input was neither read, nor is it listed as unused.

    Args:
        unchanged: inputs that are as they were, so that an update need not read them.
    """
    dropped = [path for path in inputs.unread() if path not in row.unused and path not in unchanged]
    if dropped:
        raise NotImplementedError(
            f"nothing on the local platform reads {', '.join(sorted(set(dropped)))}; leave it out, let the "
            "type's maker in tenantry/local/engine/resources read it, or list it as unused, with the reason, "
            "in the type's row in tenantry/rules/kinds"
        )


def _tracked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Tracked(value)
    return [_tracked(each) for each in value] if isinstance(value, list) else value
