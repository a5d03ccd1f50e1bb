"""Domains, and what they lead to. The emulator changes neither, and makes what is there anew."""

from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind, put
from tenantry.rules.kinds import tokens

WHOLE = "(none)"  # as API Gateway spells the base path that is all of a domain


def _make_domain(clients: Clients, inputs: Inputs) -> Made:
    made = clients("apigateway").create_domain_name(
        domainName=inputs["domainName"],
        regionalCertificateArn=inputs["regionalCertificateArn"],
        endpointConfiguration={"types": [inputs["endpointConfiguration"]["types"]]},
        securityPolicy=inputs["securityPolicy"],
        tags=inputs["tags"],
    )
    return Made(inputs["domainName"], {"regionalDomainName": made["regionalDomainName"]})


def _update_domain(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    """The emulator drops a domain's mappings when it is made anew."""
    gateway = clients("apigateway")
    mapped = gateway.get_base_path_mappings(domainName=existing.id).get("items", [])
    made = _make_domain(clients, inputs)
    for each in mapped:
        gateway.create_base_path_mapping(domainName=existing.id, **each)
    return made


def _remove_domain(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_domain_name(domainName=existing.id)


def _put_mapping(clients: Clients, inputs: Inputs) -> Made:
    domain, path = inputs["domainName"], inputs.get("basePath") or WHOLE
    clients("apigateway").create_base_path_mapping(
        domainName=domain, basePath=path, restApiId=inputs["restApi"], stage=inputs["stageName"]
    )
    return Made(f"{domain}/{inputs.get('basePath') or ''}", {})


def _remove_mapping(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_base_path_mapping(
        domainName=existing.inputs["domainName"], basePath=existing.inputs.get("basePath") or WHOLE
    )


MAKERS = {
    tokens.DOMAIN_NAME: MadeKind(
        _make_domain, _remove_domain, _update_domain, fixed=frozenset({"domainName"})
    ),
    tokens.BASE_PATH_MAPPING: put(_put_mapping, _remove_mapping, "domainName", "basePath"),
}
