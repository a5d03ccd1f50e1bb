"""An erasure takes all of one tenant, and nothing of any other, and certifies what it found."""

import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from moto import mock_aws

from tenantry.errors import Failed, WrongInput
from tenantry.operations.backup.archives import Header, encoded
from tenantry.operations.erasure import Certificate, Clients, SigningKey, StillDeployed, document, erase
from tenantry.rules.naming import Names, generation, log_group

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


@pytest.fixture
def names() -> Names:
    """A stack of its own: other tests of this process may keep tables of theirs in the same moto."""
    return Names(f"p{secrets.token_hex(4)}")


@pytest.fixture
def clients(names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        kms = boto3.client("kms")
        services = ("dynamodb", "secretsmanager", "lambda", "logs", "sqs", "sts")
        made = Clients(*map(boto3.client, services), kms=kms, tagging=Tagging(kms))
        make_table(made.dynamodb, names.table)
        yield made


def make_table(dynamodb: Any, name: str) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=KEYS,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in KEYS],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )


def put(dynamodb: Any, table: str, pk: str, count: int = 1) -> None:
    for number in range(count):
        dynamodb.put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": str(number)}})


def partitions(dynamodb: Any, table: str) -> set[str]:
    return {item["pk"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}


def erased(names: Names, clients: Clients, exports: tuple[Path, ...] = ()) -> Certificate:
    return erase(names, "acme", clients, lambda *_: None, exports, pause=lambda _: None)


def deleted(certificate: Certificate) -> dict[str, Any]:
    """By what was looked for: the names, or how many."""
    return {each.what: each.named or each.deleted for each in certificate.stores if each.deleted}


def test_all_records_of_the_tenant_go_and_those_of_longer_slugs_stay(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#item#orders", 60)
    put(clients.dynamodb, names.table, "acme#contact#message")
    put(clients.dynamodb, names.table, "acme#contact#message-state#new")
    put(clients.dynamodb, names.table, "acme-eu#items#item#orders")
    put(clients.dynamodb, names.table, "acme-eu#contact#message-state#new")
    said: list[tuple[str, int]] = []
    done = erase(names, "acme", clients, lambda what, count: said.append((what, count)))
    assert deleted(done) == {"records under acme#": 62}
    assert said[-1] == ("records under acme#", 62)
    assert partitions(clients.dynamodb, names.table) == {
        "acme-eu#items#item#orders",
        "acme-eu#contact#message-state#new",
    }


def test_a_silo_table_goes_though_it_is_protected(names: Names, clients: Clients) -> None:
    own = names.tenant("acme")
    make_table(clients.dynamodb, own)
    make_table(clients.dynamodb, names.tenant("acme-eu"))
    assert deleted(erased(names, clients)) == {f"table {own}": (own,)}
    left = [name for name in clients.dynamodb.list_tables()["TableNames"] if names.stack in name]
    assert left == [names.table, names.tenant("acme-eu")]


def test_every_generation_of_every_secret_goes_at_once_and_no_other_tenants(
    names: Names, clients: Clients
) -> None:
    """Those that the removal left to be restored for a month included."""
    stems = (names.signing_secret("acme"), names.secret("acme"), names.secret("acme", "delivery"))
    own = [generation(stem, made) for stem in stems for made in ("00000001", "00000002")]
    other = generation(names.secret("acme-eu"), "00000001")
    for name in (*own, other):
        clients.secretsmanager.create_secret(Name=name, SecretString="{}")
    for name in own[::2]:
        clients.secretsmanager.delete_secret(SecretId=name, RecoveryWindowInDays=30)
    assert list(deleted(erased(names, clients)).values()) == [tuple(sorted(own))]
    for name in own:
        assert clients.secretsmanager.create_secret(Name=name, SecretString="{}")
    assert clients.secretsmanager.describe_secret(SecretId=other)["Name"]


def test_log_groups_and_queues_that_came_back_after_the_removal_go(names: Names, clients: Clients) -> None:
    own = {log_group(names.function("acme", "items")), names.access_log("acme")}
    other = {log_group(names.function("acme-eu", "items")), names.access_log("acme-eu")}
    for group in own | other:
        clients.logs.create_log_group(logGroupName=group)
    queues = [
        clients.sqs.create_queue(QueueName=names.queue(slug, "deliveries"))["QueueUrl"]
        for slug in ("acme", "acme-eu")
    ]
    found = deleted(erased(names, clients)).values()
    assert {name for named in found for name in named} == {*own, queues[0]}
    left = {each["logGroupName"] for each in clients.logs.describe_log_groups()["logGroups"]}
    assert left & (own | other) == other
    assert clients.sqs.list_queues(QueueNamePrefix=names.cell)["QueueUrls"] == queues[1:]


def make_key(kms: Any, names: Names, tenant: str) -> str:
    tags = {"managed-by": "tenantry", "stack": names.stack, "tenant": tenant}
    listed = [{"TagKey": name, "TagValue": value} for name, value in tags.items()]
    return str(kms.create_key(Tags=listed)["KeyMetadata"]["KeyId"])


def test_every_key_of_the_tenant_ends_after_a_month_and_no_other_does(names: Names, clients: Clients) -> None:
    """Two, where the tenant went back to a key of AWS's and chose its own again."""
    kms = clients.kms
    own = {make_key(kms, names, "acme"), make_key(kms, names, "acme")}
    others = [make_key(kms, names, "acme-eu"), make_key(kms, Names(f"{names.stack}x"), "acme")]
    assert [set(named) for named in deleted(erased(names, clients)).values()] == [own]
    for key in own:
        found = kms.describe_key(KeyId=key)["KeyMetadata"]
        left = found["DeletionDate"] - datetime.now(found["DeletionDate"].tzinfo)
        assert (found["KeyState"], round(left / timedelta(days=1))) == ("PendingDeletion", 30)
    states = [kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in others]
    assert states == ["Enabled", "Enabled"]
    assert deleted(erased(names, clients)) == {}


def outlasting(certificate: Certificate) -> dict[str, date]:
    """By what it is: the day by which it is gone."""
    listed = certificate.shown()["outlasting"]
    return {each["what"]: date.fromisoformat(each["at_most_until"]) for each in listed}


def test_a_repeat_names_what_outlasts_an_earlier_run_and_until_when(names: Names, clients: Clients) -> None:
    """Whoever scheduled the end of a key, and for when."""
    make_table(clients.dynamodb, names.tenant("acme"))
    keys = [make_key(clients.kms, names, "acme"), make_key(clients.kms, names, "acme")]
    clients.kms.schedule_key_deletion(KeyId=keys[0], PendingWindowInDays=7)
    for done in (erased(names, clients), erased(names, clients)):
        until = outlasting(done)
        backup = until["the system's backup of the tenant's own table, if it had one"]
        assert backup == done.ended.date() + timedelta(days=35)
        for key in keys:
            end = clients.kms.describe_key(KeyId=key)["KeyMetadata"]["DeletionDate"]
            assert until[f"the encryption key {key}, unusable"] == end.astimezone(UTC).date()


def test_only_keys_of_the_tenant_that_wait_for_their_end_outlast_it(names: Names, clients: Clients) -> None:
    other = make_key(clients.kms, names, "acme-eu")
    clients.kms.schedule_key_deletion(KeyId=other, PendingWindowInDays=7)
    assert not [what for what in outlasting(erased(names, clients)) if "key" in what]


def test_a_key_whose_tags_are_no_longer_found_is_named_by_the_run_that_scheduled_its_end(
    names: Names, clients: Clients
) -> None:
    key = make_key(clients.kms, names, "acme")
    done = erased(names, replace(clients, tagging=Tagging(clients.kms, without="PendingDeletion")))
    assert f"the encryption key {key}, unusable" in outlasting(done)


def export_of(tenant: str, names: Names, folder: Path) -> Path:
    header = Header(tenant, names.stack, "eu-central-1", "pooled", names.table, "2026-11-28T00:00:00Z")
    file = folder / f"{tenant}.jsonl"
    file.write_bytes(encoded(header.line))
    return file


def test_an_export_of_the_tenant_goes_and_anything_else_stops_it_before_the_first_deletion(
    names: Names, clients: Clients, tmp_path: Path
) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    own, other = export_of("acme", names, tmp_path), export_of("acme-eu", names, tmp_path)
    (text := tmp_path / "thesis.txt").write_text("mine")
    for wrong in (other, text):
        with pytest.raises(WrongInput):
            erased(names, clients, (own, wrong))
    assert partitions(clients.dynamodb, names.table) == {"acme#items#count"}
    assert deleted(erased(names, clients, (own,)))[f"export {own}"] == (str(own),)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["acme-eu.jsonl", "thesis.txt"]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Path.symlink_to, "is a symbolic link"),
        (Path.hardlink_to, "has other names"),
        (lambda link, _: link.symlink_to("nowhere"), "is a symbolic link"),
        (lambda link, _: link.mkdir(), "is not a file"),
        (lambda link, _: os.mkfifo(link), "is not a file"),
    ],
    ids=["symbolic link", "hard link", "broken link", "folder", "pipe"],
)
def test_an_export_whose_data_would_outlast_its_name_stops_it_before_the_first_deletion(
    names: Names, clients: Clients, tmp_path: Path, make: Callable[[Path, Path], None], why: str
) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    export = export_of("acme", names, tmp_path)
    make(link := tmp_path / "link", export)
    with pytest.raises(WrongInput, match=rf"{link} {why}.*nothing was deleted"):
        erased(names, clients, (link,))
    assert partitions(clients.dynamodb, names.table) == {"acme#items#count"}
    assert os.path.lexists(link)


def test_a_second_erasure_finds_nothing_and_is_no_error(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    erased(names, clients)
    assert deleted(erased(names, clients)) == {}


def test_one_that_was_cut_off_goes_on_where_it_was(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#item#orders", 60)
    make_table(clients.dynamodb, names.tenant("acme"))

    def cut(_what: str, count: int) -> None:
        if count == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase(names, "acme", clients, cut)
    done = deleted(erased(names, clients))
    assert done == {"records under acme#": 10, f"table {names.tenant('acme')}": (names.tenant("acme"),)}


def test_what_is_written_meanwhile_is_said_to_be_left(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    waited: list[float] = []

    def written(_what: str, _count: int) -> None:
        put(clients.dynamodb, names.table, "acme#items#late")

    done = erase(names, "acme", clients, written, pause=waited.append)
    assert done.left == 1
    assert sum(waited) >= 60


def test_a_deployed_tenant_is_left_alone(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    deployed = replace(clients, lambda_=Deployed())
    with pytest.raises(StillDeployed, match="run `pulumi up` first"):
        erased(names, deployed)
    assert partitions(clients.dynamodb, names.table) == {"acme#items#count"}


def test_without_the_pooled_table_nothing_is_deleted(names: Names, clients: Clients) -> None:
    """In a wrong Region all looks removed; what lies there under the same names is another's."""
    elsewhere = Names(f"{names.stack}x")
    make_table(clients.dynamodb, elsewhere.tenant("acme"))
    with pytest.raises(Failed, match=r"eu-central-1: ResourceNotFoundException.*check the stack's name"):
        erased(elsewhere, clients)
    assert clients.dynamodb.describe_table(TableName=elsewhere.tenant("acme"))


PRIVATE = {
    "EdDSA": Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
}


def pem(key: Any, file: Path, passphrase: bytes | None = None) -> Path:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return file


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_certificate_is_signed_as_it_is_written(
    names: Names, clients: Clients, tmp_path: Path, algorithm: str
) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    key = PRIVATE[algorithm]()
    written = document(erased(names, clients), SigningKey(pem(key, tmp_path / "key.pem")))
    assert jwt.get_unverified_header(written["jws"]) == {"alg": algorithm, "typ": "tenantry-erasure+jws"}
    payload = jwt.PyJWS().decode(written["jws"], key.public_key(), [algorithm])
    assert json.loads(payload) == json.loads(json.dumps(written["certificate"]))
    said = written["certificate"]
    assert (said["tenant"], said["stack"], said["left"]) == ("acme", names.stack, 0)
    assert (said["stores"][0]["deleted"], said["account"]) == (1, "123456789012")


def test_without_a_key_it_is_not_signed(names: Names, clients: Clients) -> None:
    assert document(erased(names, clients), None).keys() == {"certificate"}


def test_a_key_that_cannot_sign_is_refused(tmp_path: Path) -> None:
    (garbage := tmp_path / "garbage").write_text("-----BEGIN PRIVATE KEY-----")
    weak = pem(rsa.generate_private_key(65537, 1024), tmp_path / "weak")  # noqa: S505 - what is refused
    other = pem(x25519.X25519PrivateKey.generate(), tmp_path / "other")
    closed = pem(Ed25519PrivateKey.generate(), tmp_path / "closed", b"secret")
    for file in (garbage, weak, other, closed, tmp_path / "none"):
        with pytest.raises(WrongInput, match=re.escape(str(file))):
            SigningKey(file)


class Deployed:
    """Answers like Lambda where the tenant's authorizer exists."""

    def get_function_configuration(self, **asked: str) -> dict[str, str]:
        assert asked["FunctionName"].endswith("_acme_authorizer")
        return asked


class Tagging:
    """Finds keys by tags, as the tagging API does; moto's knows none of KMS."""

    def __init__(self, kms: Any, without: str = "") -> None:
        self._kms, self._without = kms, without

    def get_paginator(self, operation: str) -> "Tagging":
        assert operation == "get_resources"
        return self

    def paginate(
        self,
        ResourceTypeFilters: list[str],  # noqa: N803 - AWS's names
        TagFilters: list[dict[str, Any]],  # noqa: N803 - AWS's names
    ) -> Iterator[dict[str, Any]]:
        assert ResourceTypeFilters == ["kms:key"]
        asked = {each["Key"]: each["Values"] for each in TagFilters}
        for key in self._kms.list_keys()["Keys"]:
            tags = self._kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
            own = {each["TagKey"]: [each["TagValue"]] for each in tags}
            state = self._kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
            if asked.items() <= own.items() and state != self._without:
                yield {"ResourceTagMappingList": [{"ResourceARN": key["KeyArn"]}]}
