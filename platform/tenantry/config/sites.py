"""Say where each cell runs: account, Region, the role that updates it, where its state is kept."""

from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic.config import JsonDict

from tenantry.config.model import Model
from tenantry.config.slugs import KEY_PATTERN, CellName

ACCOUNT_PATTERN = "^[0-9]{12}$"
ROLE_PATTERN = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}$"
REGION_PATTERN = "^[a-z]{2}(-[a-z]+)+-[0-9]$"
BACKEND_PATTERN = r"^(file|s3|azblob|gs|https)://\S{1,500}$"

_CLOSED: JsonDict = {"additionalProperties": False}  # pydantic leaves it out beside a pattern of names


class Site(Model):
    """Where a cell runs. What is left out comes from the environment, as in a `pulumi up` by hand."""

    account: Annotated[str, StringConstraints(pattern=ACCOUNT_PATTERN)] | None = Field(
        None,
        description="The AWS account; cells of one account share its quotas and rates.",
        examples=["123456789012"],
    )
    role: Annotated[str, StringConstraints(pattern=ROLE_PATTERN)] | None = Field(
        None,
        description="The role that `fleet`, `releases` and `repair` assume to reach the cell's stacks.",
        examples=["arn:aws:iam::123456789012:role/tenantry-deploy"],
    )
    region: Annotated[str, StringConstraints(pattern=REGION_PATTERN)] | None = Field(
        None,
        description="The Region; the stacks' own files repeat it for the engine.",
        examples=["eu-central-1"],
    )
    residency: Annotated[str, StringConstraints(pattern=KEY_PATTERN)] | None = Field(
        None,
        description="Where its data is kept, as a word of your choice that `tenantry place` can ask for.",
        examples=["eu"],
    )
    backend: Annotated[str, StringConstraints(pattern=BACKEND_PATTERN)] | None = Field(
        None,
        description="Where the engine keeps the state of its stacks, as `pulumi login` takes it.",
        examples=["s3://tenantry-state-eu?region=eu-central-1"],
    )
    closed: bool = Field(False, description="Whether `tenantry place` leaves the cell out.")


class SitesFile(Model):
    """Where the cells run. Without this file, and for a cell that it leaves out, the environment decides."""

    cells: dict[CellName, Site] = Field(
        default_factory=dict, description="Cells by name.", json_schema_extra=_CLOSED
    )
