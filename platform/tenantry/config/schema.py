"""Generate from the models the JSON Schemas that let an editor complete, explain and check the files.

`python -m tenantry.config.schema [FOLDER]` writes them. They refuse what the models refuse as far as
a schema can say it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from tenantry.config.model import Model
from tenantry.config.rings import RingsFile
from tenantry.config.sites import SitesFile
from tenantry.config.survey import SCHEMA
from tenantry.config.tenant_files import tenant_file
from tenantry.config.tiers import TiersFile
from tenantry.groups import current

TENANT_SCHEMA = f"{SCHEMA}/tenant.schema.json"
TIERS_SCHEMA = f"{SCHEMA}/tiers.schema.json"
SITES_SCHEMA = f"{SCHEMA}/platform.schema.json"
RINGS_SCHEMA = f"{SCHEMA}/rings.schema.json"


class _ForEditors(GenerateJsonSchema):
    """No title that repeats a field's name, and no null: in a file, None is written by leaving it out."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the signature is pydantic's
        return False

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        return {name: value for name, value in described.items() if (name, value) != ("default", None)}


def schemas() -> dict[str, str]:
    """Text of each schema file by its path below the tenants' folder."""
    return {
        TENANT_SCHEMA: _text(tenant_file(current()), "A tenant"),
        TIERS_SCHEMA: _text(TiersFile, "The tiers"),
        SITES_SCHEMA: _text(SitesFile, "Where cells run"),
        RINGS_SCHEMA: _text(RingsFile, "How a change is rolled out"),
    }


def write(folder: Path) -> None:
    for path, text in schemas().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _text(model: type[Model], title: str) -> str:
    schema = model.model_json_schema(schema_generator=_ForEditors)
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": title}
    return json.dumps(head | schema | {"title": title}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "tenants"))
