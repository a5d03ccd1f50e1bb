"""Turn an AWS error into a message: its code, the Region, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from tenantry.errors import Failed


class Silent(Failed):
    """Nothing answers at the address, so that nothing else can be read there either."""


# Codes with which AWS says that something is not there.
GONE = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)

_SET = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_SIGN_IN = "sign in to AWS again"
_ROLE = "use credentials of a role that has this permission"
_PLACE = "check the stack's name and the Region"
_REGION = "check the Region and the network"
_OTHERWISE = "try again; what was already done stays"

# botocore's own errors, of a connection that was never made.
_SILENCE = frozenset({"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError"})

_REMEDIES = {  # by the code of a ClientError, or the class of an error that botocore has itself
    "NoCredentialsError": _SET,
    "PartialCredentialsError": _SET,
    "CredentialRetrievalError": _SET,
    "ProfileNotFound": _SET,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "InvalidSignatureException": _SIGN_IN,
    "UnrecognizedClientException": _SIGN_IN,
    "SSOTokenLoadError": _SIGN_IN,
    "TokenRetrievalError": _SIGN_IN,
    "UnauthorizedSSOTokenError": _SIGN_IN,
    "AccessDenied": _ROLE,
    "AccessDeniedException": _ROLE,
    "ResourceNotFoundException": _PLACE,
    "NoRegionError": _REGION,
    "InvalidRegionError": _REGION,
    "EndpointConnectionError": _REGION,
}


@contextmanager
def refusals_reported(region: str) -> Iterator[None]:
    """Around every use of boto3, the making of sessions and clients too.

    Raises:
        Failed: in place of any error of botocore's.
    """
    try:
        yield
    except ClientError as error:
        details = error.response["Error"]
        raise _failed(region, details["Code"], details.get("Message", "")) from error
    except BotoCoreError as error:
        raise _failed(region, type(error).__name__, str(error)) from error


def _failed(region: str, code: str, text: str) -> Failed:
    said = " ".join(text.split()).rstrip(".")
    why = f"{code}: {said}" if said else code
    message = f"AWS, Region {region}: {why}; {_REMEDIES.get(code, _OTHERWISE)}"
    return Silent(message) if code in _SILENCE else Failed(message)
