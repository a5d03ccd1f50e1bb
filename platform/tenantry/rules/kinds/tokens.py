"""Every type's token: `<provider>:<module>/<type>:<Type>`, as the provider names what it makes.

A type that the program makes is spelled beside its row, and nowhere else.
"""

from tenantry.rules.kinds.domains import *  # noqa: F403 - whatever a row is about
from tenantry.rules.kinds.functions import *  # noqa: F403
from tenantry.rules.kinds.gateway import *  # noqa: F403
from tenantry.rules.kinds.identity import *  # noqa: F403
from tenantry.rules.kinds.storage import *  # noqa: F403
from tenantry.rules.kinds.watching import *  # noqa: F403

TENANT, CELL = "tenantry:index:Tenant", "tenantry:index:Cell"
COMPONENTS = "tenantry:index:"  # what they begin with; a component is made of resources, and is none itself
STACK = "pulumi:pulumi:Stack"

KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"  # the program writes a key's policy into the key

# Ways in that the contract does not state; the program opens none of them.
OTHER_DOORS = (
    "aws:apigateway/integration:Integration",
    "aws:apigateway/method:Method",
    "aws:apigatewayv2/api:Api",
    "aws:lambda/functionUrl:FunctionUrl",
    "aws:lb/loadBalancer:LoadBalancer",
)
