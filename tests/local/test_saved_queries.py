"""Logs Insights queries are saved under an id, changed by it, and found by the beginning of their names."""

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import Session


def saved(root: Session, prefix: str) -> dict[str, str]:
    found = root.client("logs").describe_query_definitions(queryDefinitionNamePrefix=prefix)
    return {each["name"]: each["queryString"] for each in found["queryDefinitions"]}


def test_a_query_is_saved_changed_and_deleted(root: Session) -> None:
    logs = root.client("logs")
    made = logs.put_query_definition(name="cell/slow", queryString="limit 1")["queryDefinitionId"]
    other = logs.put_query_definition(name="other", queryString="limit 1")["queryDefinitionId"]
    changed = logs.put_query_definition(name="cell/slow", queryString="limit 2", queryDefinitionId=made)
    assert changed["queryDefinitionId"] == made
    assert saved(root, "cell/") == {"cell/slow": "limit 2"}
    assert logs.delete_query_definition(queryDefinitionId=made)["success"] is True
    assert saved(root, "o") == {"other": "limit 1"}
    logs.delete_query_definition(queryDefinitionId=other)


def test_an_unknown_query_is_not_found(root: Session) -> None:
    logs = root.client("logs")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.delete_query_definition(queryDefinitionId="unknown")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.put_query_definition(name="a", queryString="limit 1", queryDefinitionId="unknown")


def test_the_untouched_emulator_saves_no_query(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    with pytest.raises(ClientError, match="PutQueryDefinition"):
        untouched.client("logs").put_query_definition(name="a", queryString="limit 1")
