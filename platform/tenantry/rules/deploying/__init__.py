"""State what whoever deploys a stack may do: for each type that the program registers, the provider's calls.

A row names the calls that make, change, read and remove one resource of its type. Sources:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
https://github.com/hashicorp/terraform-provider-aws

Tables and keys outlive their declaration, so nothing here deletes them. What bears a name of ours is narrowed
to the stack; what AWS numbers itself cannot be.
"""

from tenantry.rules.deploying import identity, running, storage, watching
from tenantry.rules.rights import Right

RIGHTS: dict[str, tuple[Right, ...]] = {
    token: rights
    for family in (running, identity, storage, watching)
    for token, rights in family.RIGHTS.items()
}

__all__ = ["RIGHTS"]
