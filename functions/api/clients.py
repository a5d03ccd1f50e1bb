"""Make AWS clients with botocore alone, which boto3's are made with too: the half of boto3 that is left out,
resources and S3 transfers, takes a tenth of a cold start to import and is used by no function."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session


def client(service: str, config: Config) -> Any:
    """Takes and gives what `boto3.client` does."""
    return session().create_client(service, config=config)


@cache
def session() -> Session:
    return get_session()
