"""IAM and KMS. Roles of functions are made under the cell's boundary alone, so that none may do more."""

from tenantry.rules.key_policies import MANAGEMENT, SERVICE_USE
from tenantry.rules.naming import GATEWAY_LOGGING
from tenantry.rules.rights.shape import Condition, Place, Right, named

_LINKED_ROLE = "aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"
_SERVICES = ["apigateway.amazonaws.com", "lambda.amazonaws.com"]

_roles = named(lambda arns, names: [arns.iam(f"role/{names.function('*', '*')}")])
_gateway_role = named(lambda arns, names: [arns.iam(f"role/{names.gateway_role('*')}")])
_boundary = named(lambda arns, names: [arns.iam(f"policy/{names.cell}")])
_keys = named(lambda arns, _: [arns.kms("key/*")])


def _bounded(place: Place) -> Condition:
    return {"StringEquals": {"iam:PermissionsBoundary": _boundary(place)[0]}}


def _own(place: Place) -> Condition:
    """A key's id is AWS's to choose; its tags are ours from the first."""
    return {"StringEquals": {"aws:ResourceTag/stack": place.names.stack}}


def _new(place: Place) -> Condition:
    return {"StringEquals": {"aws:RequestTag/stack": place.names.stack}}


def _through_services(place: Place) -> Condition:
    services = [place.arns.regional(service) for service in ("dynamodb", "secretsmanager")]
    return {"StringEquals": {"kms:ViaService": services}}


ROLES = Right(
    "Roles",
    "iam",
    "DeleteRole DeleteRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    "GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies "
    "ListRoleTags",
    _roles,  # the logging role's name is among these
)
BOUNDED = Right(
    "RolesWithinTheBoundary",
    "iam",
    "CreateRole PutRolePermissionsBoundary PutRolePolicy",
    on=_roles,
    condition=_bounded,
)
PASSED = Right(
    "PassRoles",
    "iam",
    "PassRole",
    on=_roles,
    condition=lambda _: {"StringEquals": {"iam:PassedToService": _SERVICES}},
)
LOGGING_ROLE = Right("LoggingRole", "iam", "CreateRole", on=_gateway_role)
LOGGING_POLICY = Right(
    "LoggingPolicy",
    "iam",
    "AttachRolePolicy DetachRolePolicy",
    on=_gateway_role,
    condition=lambda place: {"ArnEquals": {"iam:PolicyARN": place.arns.managed(GATEWAY_LOGGING)}},
)
# Of the account's first stage that is traced: https://docs.aws.amazon.com/apigateway/latest/developerguide/,
# apigateway-enabling-xray.html
TRACING = Right(
    "Tracing",
    "iam",
    "CreateServiceLinkedRole",
    on=named(lambda arns, _: [arns.iam(f"role/{_LINKED_ROLE}")]),
)
BOUNDARY = Right(
    "Boundary",
    "iam",
    "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion TagPolicy UntagPolicy",
    "GetPolicy GetPolicyVersion ListPolicyTags ListPolicyVersions",
    _boundary,
)
MAKE_KEYS = Right("MakeKeys", "kms", "CreateKey TagResource", condition=_new)
KEYS = Right(
    "Keys",
    "kms",
    " ".join(each for each in MANAGEMENT if "Deletion" not in each),
    "DescribeKey GetKeyPolicy GetKeyRotationStatus ListGrants ListResourceTags",
    _keys,
    _own,
)
USE_KEYS = Right(
    "UseKeys", "kms", " ".join(("CreateGrant", *SERVICE_USE)), "Decrypt", _keys, _through_services
)
ALIASES = Right(
    "Aliases",
    "kms",
    "CreateAlias DeleteAlias UpdateAlias",
    on=named(lambda arns, names: [arns.kms(names.encryption_key("*"))]),
)
LIST_ALIASES = Right("ListAliases", "kms", reads="ListAliases")
