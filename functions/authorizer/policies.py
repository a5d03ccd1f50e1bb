"""The policy of one identity on one stage: every route that its scopes open, and nothing of another group.

A path's parameter becomes `*`, which matches slashes too: what the group has there under another scope, its
function refuses.

API Gateway caches the policy for all methods of the stage, so it must say everything at once, and goes on
serving it after a deploy: so scopes alone decide, for groups that are off as for those that are on.
"""

import re
from typing import Any

from agreed import routes
from agreed.routes import Route
from authorizer.refusals import Refused


def stage_arn(method_arn: str, tenant: str) -> str:
    """`arn:aws:execute-api:region:account:api/stage` of a call, which must be for the tenant's own stage."""
    api, stage, _ = method_arn.split("/", 2)
    if stage != tenant:
        raise Refused("stage")
    return f"{api}/{stage}"


def policy(stage: str, scopes: frozenset[str]) -> dict[str, Any]:
    # A route without a scope needs no token, so the gateway never asks about it.
    opened = (route for route in routes.table() if route.scope in scopes)
    allowed = [f"{stage}/{route.method}{path}" for route in opened for path in _paths(route)]
    # A policy needs a statement, and one that allows nothing has to say so.
    effect, resources = ("Allow", allowed) if allowed else ("Deny", [f"{stage}/*"])
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": "execute-api:Invoke", "Resource": resources}],
    }


def _paths(route: Route) -> tuple[str, ...]:
    """As clients may spell it: a slash at the end changes nothing, and a method's ARN holds it."""
    path = re.sub(r"{[^}]*}", "*", route.path)
    return (path,) if path.endswith("*") else (path, f"{path}/")
