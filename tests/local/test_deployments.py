"""A stage serves the API as it was deployed, whatever the API is by now."""

from tenantry.local.clients import Session
from tests.local.cloud import ECHO, Api, make_function, make_role


def changed_after_a_deployment(root: Session) -> Api:
    """Its stage `before` names the deployment of before the change, `after` the one behind it."""
    make_function(root, "acme_items", ECHO, make_role(root, "functions"))
    api = Api.make(root, authorized=False, items="acme_items")
    api.add_stage("before")
    gateway = root.client("apigateway")
    resources = gateway.get_resources(restApiId=api.id)["items"]
    [who] = [each["id"] for each in resources if each["path"] == "/who"]
    gateway.delete_resource(restApiId=api.id, resourceId=who)
    api.add_stage("after")
    return api


def test_a_stage_serves_its_own_deployment(root: Session) -> None:
    api = changed_after_a_deployment(root)
    assert api.get("before")[0] == 200
    assert api.get("after")[0] == 403
    gateway = root.client("apigateway")
    assert [each["path"] for each in gateway.get_resources(restApiId=api.id)["items"]] == ["/"]
    there = gateway.get_stage(restApiId=api.id, stageName="before")["deploymentId"]
    move = {"op": "replace", "path": "/deploymentId", "value": there}
    gateway.update_stage(restApiId=api.id, stageName="after", patchOperations=[move])
    assert api.get("after")[0] == 200


def test_the_untouched_emulator_serves_the_api_of_now(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    assert changed_after_a_deployment(untouched).get("before")[0] == 403
