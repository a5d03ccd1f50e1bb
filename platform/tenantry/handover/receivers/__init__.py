"""Two receivers of webhooks that verify before they read, each a file that runs by itself."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGES = {"receiver.py": "python", "receiver.mjs": "javascript"}


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    language: str
    text: str


def sources() -> tuple[Source, ...]:
    return tuple(
        Source(name, language, (FOLDER / name).read_text(encoding="utf-8"))
        for name, language in LANGUAGES.items()
    )
