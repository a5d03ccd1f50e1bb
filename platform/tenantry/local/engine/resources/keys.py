"""Random values and key pairs: the providers that call no AWS service, and live in the record alone."""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tenantry.local.engine.resources.maker import Clients, Inputs, Made, MadeKind, goes_with_its_owner
from tenantry.rules.kinds import tokens


def _random_bytes(_clients: Clients, inputs: Inputs) -> Made:
    value = secrets.token_bytes(int(inputs["length"]))
    return Made("random", {"base64": base64.b64encode(value).decode(), "hex": value.hex()})


def _random_id(_clients: Clients, inputs: Inputs) -> Made:
    value = secrets.token_hex(int(inputs["byteLength"]))
    return Made(value, {"hex": value})


def _private_key(_clients: Clients, inputs: Inputs) -> Made:
    if inputs["algorithm"] != "ED25519":
        raise NotImplementedError(f"key pairs of {inputs['algorithm']}")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return Made("key", {"privateKeyPemPkcs8": private, "publicKeyPem": public})


RANDOM_BYTES = MadeKind(_random_bytes, goes_with_its_owner)
RANDOM_ID = MadeKind(_random_id, goes_with_its_owner)
PRIVATE_KEY = MadeKind(_private_key, goes_with_its_owner)

MAKERS = {
    tokens.RANDOM_BYTES: RANDOM_BYTES,
    tokens.RANDOM_ID: RANDOM_ID,
    tokens.PRIVATE_KEY: PRIVATE_KEY,
}
