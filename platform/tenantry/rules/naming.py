"""Give every physical resource its name; nothing else in the program invents one.

Parts are joined by characters that no slug can hold (`_` and `/`), so that no two tenants can ever
meet in one name: `acme` + `eu-items` and `acme-eu` + `items` stay apart.
"""

import re
from dataclasses import dataclass

from agreed.secrets import RUNTIME, SIGNING
from tenantry.errors import WrongInput

AUTHORIZER = "authorizer"
GATEWAY_LOGGING = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"  # AWS's own policy

PART = "."  # between the stacks of a cell and a tenant; neither's name can hold it
_STACK = re.compile(r"(?!.*--)[a-z][a-z0-9-]{0,9}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one stack's resources.

    `stack` has at most 11 characters: `tenantry_<stack>_<tenant>_authorizer` must fit the 64 of a
    function and of a role, and a slug takes up to 32.
    """

    stack: str

    def __post_init__(self) -> None:
        if not _STACK.fullmatch(self.stack):
            raise WrongInput(
                f"the stack's name {self.stack} cannot stand in names of AWS resources; "
                "use 2 to 11 of a-z, 0-9 and single hyphens, a letter first, no hyphen last"
            )

    @property
    def cell(self) -> str:
        """REST API, boundary, dashboard, topic and budget of the whole cell."""
        return f"tenantry_{self.stack}"

    def tenant_stack(self, tenant: str) -> str:
        """The stack that declares this tenant alone, where a cell's tenants have stacks of their own."""
        return f"{self.stack}{PART}{tenant}"

    def gateway_role(self, made: str) -> str:
        """Writes API Gateway's logs, for the whole account. It outlives its stack; `made` as of a secret."""
        return f"tenantry_{self.stack}__gateway_{made}"

    @property
    def table(self) -> str:
        return f"tenantry_{self.stack}"

    @property
    def layer(self) -> str:
        return f"tenantry_{self.stack}"

    def group_layer(self, group: str) -> str:
        """What a group needs beside the layer of all."""
        return f"tenantry_{self.stack}__{group}"

    @property
    def tenants(self) -> str:
        """What the names of every tenant's resources begin with."""
        return f"tenantry_{self.stack}_"

    def tenant(self, tenant: str) -> str:
        """Silo table, usage plan, dashboard and alarm topic of one tenant."""
        return f"tenantry_{self.stack}_{tenant}"

    def function(self, tenant: str, function: str) -> str:
        """Function and its role: one name, because one belongs to the other alone."""
        return f"tenantry_{self.stack}_{tenant}_{function}"

    def queue(self, tenant: str, queue: str) -> str:
        return f"tenantry_{self.stack}_{tenant}_{queue}"

    def dead_letters(self, tenant: str, queue: str) -> str:
        """What no attempt could handle."""
        return f"tenantry_{self.stack}_{tenant}_{queue}_dead"

    def schedule(self, tenant: str, schedule: str) -> str:
        """The rule that runs the function of that name."""
        return f"tenantry_{self.stack}_{tenant}_{schedule}"

    def api_key(self, tenant: str, key: str) -> str:
        return f"tenantry_{self.stack}_{tenant}_{key}"

    def encryption_key(self, tenant: str) -> str:
        """The alias by which people find the tenant's KMS key; the key itself has no name."""
        return f"alias/tenantry_{self.stack}_{tenant}"

    def alarm(self, tenant: str, condition: str) -> str:
        return f"tenantry_{self.stack}_{tenant}_{condition}"

    def cell_alarm(self, condition: str) -> str:
        """Of what a cell's tenants share; no slug is empty, so no tenant's alarm is called so."""
        return f"tenantry_{self.stack}__{condition}"

    @property
    def shared_dashboard(self) -> str:
        """Shows any tenant whose tier says so."""
        return f"tenantry_{self.stack}__tenants"

    def cell_dashboard(self, page: int) -> str:
        """Page 1 is called as the cell is."""
        return self.cell if page == 1 else f"tenantry_{self.stack}__{page}"

    @property
    def folder(self) -> str:
        """What names of secrets and saved queries begin with; those of access logs have a slash before it."""
        return f"tenantry/{self.stack}/"

    def query(self, title: str) -> str:
        """A saved query; the slashes make folders of it."""
        return f"{self.folder}{title}"

    def access_log(self, tenant: str) -> str:
        return f"{self.log_groups(tenant)}access"

    def log_groups(self, tenant: str) -> str:
        """What the names of a tenant's own log groups begin with, but for its functions'."""
        return f"/{self.folder}{tenant}/"

    def secret(self, tenant: str, secret: str = RUNTIME) -> str:
        """Values that functions read at run time. A generation follows."""
        return f"{self.folder}{tenant}/{secret}"

    def signing_secret(self, tenant: str) -> str:
        """Private signing keys; functions that declare to sign may read it. A generation follows."""
        return self.secret(tenant, SIGNING)

    def secrets(self, tenant: str) -> str:
        """What the names of all of a tenant's secrets begin with."""
        return f"{self.folder}{tenant}/"

    def issuer(self, tenant: str) -> str:
        """`iss` of the tokens that the platform's own keys sign."""
        return f"urn:tenantry:{self.stack}:{tenant}"

    def bucket(self, account: str, region: str) -> str:
        """S3 names are global, hence the account; they hold no underscore."""
        return f"tenantry-{self.stack}-{account}-{region}"


def stack_and_tenant(stack: str) -> tuple[Names, str | None]:
    """The names that a stack declares under, which are its cell's; and the tenant, if it declares only one.

    Raises:
        WrongInput: the name cannot be a cell's stack's, nor begin a tenant's.
    """
    cell, part, tenant = stack.partition(PART)
    return Names(cell if _STACK.fullmatch(cell) else stack), tenant if part else None


def generation(secret: str, made: str) -> str:
    """The name of one creation of a secret: AWS keeps a name for as long as its secret can be restored.

    `made` is drawn for each creation; `*` makes a pattern of all, and nothing what the names begin with.
    """
    return f"{secret}/{made}"


def log_group(function: str) -> str:
    """Where Lambda writes, unless configured otherwise; made by the program to have a retention."""
    return f"/aws/lambda/{function}"


def stage_variable(group: str) -> str:
    """The stage variable that holds the name of the function serving `group`."""
    return f"{group}_function"
