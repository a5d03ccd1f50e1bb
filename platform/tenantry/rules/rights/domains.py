"""ACM's certificates, and Route 53's records in zones that are the operator's and bear no name of ours."""

from tenantry.rules.rights.shape import Condition, Place, Right, named


def _zones(place: Place) -> list[str]:
    return [place.arns.route53(f"hostedzone/{zone}") for zone in place.zones]


def _new(place: Place) -> Condition:
    return {"StringEquals": {"aws:RequestTag/stack": place.names.stack}}


def _own(place: Place) -> Condition:
    """A certificate's id is ACM's to choose; its tags are ours from the first."""
    return {"StringEquals": {"aws:ResourceTag/stack": place.names.stack}}


def _records(_place: Place) -> Condition:
    """Neither of mail nor of who answers for the zone."""
    types = "route53:ChangeResourceRecordSetsRecordTypes"
    return {"ForAllValues:StringEquals": {types: ["A", "AAAA", "CNAME"]}}


MAKE_CERTIFICATES = Right(
    "MakeCertificates", "acm", "AddTagsToCertificate RequestCertificate", condition=_new
)
CERTIFICATES = Right(
    "Certificates",
    "acm",
    "DeleteCertificate RemoveTagsFromCertificate",
    "DescribeCertificate ListTagsForCertificate",
    named(lambda arns, _: [arns.certificate("*")]),
    _own,
)
RECORDS = Right(
    "Records",
    "route53",
    "ChangeResourceRecordSets",
    on=_zones,
    condition=_records,
)
ZONES = Right(
    "Zones",
    "route53",
    reads="GetChange GetHostedZone ListResourceRecordSets",
    on=lambda place: [place.arns.route53("change/*"), *_zones(place)],
)
