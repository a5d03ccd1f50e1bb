"""Declare a managed tenant's signing keys: public halves for its authorizer, private ones for its secret.

A key is named in the tenant's file and made once; taking its name out ends it. Both halves of a rotation are
a diff: the new name is listed beside the old one while clients move.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import pulumi
import pulumi_aws as aws
import pulumi_tls as tls

from tenantry.components.secret import RECOVERY_DAYS, encryption_key, generation
from tenantry.components.site import Site
from tenantry.rules.jwks import ed25519_jwk


class Kept(NamedTuple):
    """The secret, and the version of it that holds the keys of now."""

    secret: aws.secretsmanager.Secret
    version: aws.secretsmanager.SecretVersion


class SigningKeys(pulumi.ComponentResource):
    """Ed25519 key pairs; `keep` declares the secret of their private halves,
    `{"<key name>": "<PKCS #8 PEM>"}`, whose `name` is known before."""

    def __init__(
        self, site: Site, key_names: tuple[str, ...], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = site.slug
        super().__init__("tenantry:index:SigningKeys", name, None, opts)
        self._site = site
        children = pulumi.ResourceOptions(parent=self)
        self.name = generation(f"{name}.signing", site.deployment.names.signing_secret(name), children)
        self._keys = {
            key: tls.PrivateKey(f"{name}.{key}", algorithm="ED25519", opts=children) for key in key_names
        }
        public = pulumi.Output.all(**{key: pair.public_key_pem for key, pair in self._keys.items()})
        self.jwks: pulumi.Output[list[dict[str, str]]] = public.apply(
            lambda pems: [ed25519_jwk(key, pems[key]) for key in key_names]
        )
        self.register_outputs({"jwks": self.jwks})

    def keep(self, first: Sequence[pulumi.Resource]) -> Kept:
        """Once, when what must be in place before is."""
        site, name = self._site, self._site.slug
        secret = aws.secretsmanager.Secret(
            name,
            name=self.name,
            description=f"Private keys that sign tokens of {name}",
            recovery_window_in_days=RECOVERY_DAYS,
            kms_key_id=encryption_key(site),
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(first)),
        )
        private = pulumi.Output.all(**{key: pair.private_key_pem_pkcs8 for key, pair in self._keys.items()})
        content: pulumi.Output[str] = pulumi.Output.secret(
            private.apply(lambda pems: json.dumps(pems, sort_keys=True))
        )
        version = aws.secretsmanager.SecretVersion(
            name,
            secret_id=secret.id,
            secret_string=content,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return Kept(secret, version)
