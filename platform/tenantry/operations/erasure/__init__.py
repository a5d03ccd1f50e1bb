"""Delete what a removed tenant left behind, look again, and certify what was found."""

from tenantry.operations.erasure.certificate import Certificate as Certificate
from tenantry.operations.erasure.certificate import SigningKey as SigningKey
from tenantry.operations.erasure.certificate import document as document
from tenantry.operations.erasure.erase import StillDeployed as StillDeployed
from tenantry.operations.erasure.erase import erase as erase
from tenantry.operations.erasure.stores import Clients as Clients
