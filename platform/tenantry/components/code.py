"""Put code and layers into a bucket once, so that a thousand functions share two uploads."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.shared import object_key
from tenantry.deployment import Deployment
from tenantry.releases import Piece, Release, Releases


@dataclass(frozen=True, slots=True)
class CodeArgs:
    deployment: Deployment
    releases: Releases


class Code(pulumi.ComponentResource):
    """Bucket, and the code object and layer versions of every release that is kept.

    Keys are content digests, so a changed artifact is a new object, and a function changes by naming another
    key. The zip of an earlier release may be on no machine any more: what is recorded of it registers its
    object again as it is.
    """

    def __init__(self, name: str, args: CodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Code", name, None, opts)
        self._name, self._deployment = name, args.deployment
        deployment = args.deployment
        children = pulumi.ResourceOptions(parent=self)
        self._bucket = aws.s3.Bucket(
            name,
            bucket=deployment.names.bucket(deployment.arns.account, deployment.arns.region),
            tags=deployment.tags(),
            force_destroy=True,  # it holds what this program can build again
            opts=children,
        )
        aws.s3.BucketPublicAccessBlock(
            name,
            bucket=self._bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=children,
        )
        self.keys: dict[Piece, pulumi.Output[str]] = {}
        self.layers: dict[tuple[str, Piece], pulumi.Output[str]] = {}
        self._sources = {
            ("code", deployment.code.digest): deployment.code.path,
            **{
                (_kind(group), each.digest): each.path
                for group, each in {"": deployment.layer, **deployment.group_layers}.items()
            },
        }
        for release in args.releases.kept:
            self._keep(release)
        self.bucket: pulumi.Output[str] = self._bucket.id
        self.register_outputs({"bucket": self.bucket})

    def _keep(self, release: Release) -> None:
        """What several releases share is made once."""
        if release.code not in self.keys:
            self.keys[release.code] = self._object("code", release.code).key
        for group, piece in release.layers.items():
            if (group, piece) not in self.layers:
                self.layers[group, piece] = self._layer(group, piece, release)

    def _layer(self, group: str, piece: Piece, release: Release) -> pulumi.Output[str]:
        names = self._deployment.names
        packed = self._object(_kind(group), piece)
        arn: pulumi.Output[str] = aws.lambda_.LayerVersion(
            f"{self._name}.{group}{piece.mark}" if group else f"{self._name}{piece.mark}",
            layer_name=names.group_layer(group) if group else names.layer,
            description=piece.digest,
            s3_bucket=packed.bucket,
            s3_key=packed.key,
            compatible_runtimes=[release.runtime],
            compatible_architectures=[release.architecture],
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        return arn

    def _object(self, kind: str, piece: Piece) -> aws.s3.BucketObjectv2:
        source = self._sources.get((kind, piece.digest))
        return aws.s3.BucketObjectv2(
            f"{kind}{piece.mark}",
            bucket=self._bucket.id,
            key=object_key(kind, piece.digest),
            source=pulumi.FileAsset(str(source)) if source else None,
            content_type="application/zip",
            tags=self._deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=None if source else ["source"]),
        )


def _kind(group: str) -> str:
    return f"layer.{group}" if group else "layer"
