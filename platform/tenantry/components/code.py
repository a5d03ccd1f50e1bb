"""Put the code and the layer into a bucket once, so that a thousand functions share two uploads."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.deployment import Deployment
from tenantry.packing.artifact import Artifact


def object_key(kind: str, artifact: Artifact) -> str:
    """Equal layers of two groups are two objects."""
    return f"{kind.replace('.', '/')}/{artifact.key}"


@dataclass(frozen=True, slots=True)
class CodeArgs:
    deployment: Deployment


class Code(pulumi.ComponentResource):
    """Bucket, code object and layer version.

    Keys are content digests: a changed artifact is a new object, created before the old one goes, and every
    function sees the change as a changed key. Lambda copies the code, so nothing reads the old object later.
    """

    def __init__(self, name: str, args: CodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Code", name, None, opts)
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
        code = self._object("code", deployment.code, deployment)
        layer = self._layer("layer", name, deployment.names.layer, deployment.layer, deployment)
        self.group_layers: dict[str, pulumi.Output[str]] = {
            group: self._layer(
                f"layer.{group}", f"{name}.{group}", deployment.names.group_layer(group), packed, deployment
            )
            for group, packed in deployment.group_layers.items()
        }
        self.bucket: pulumi.Output[str] = code.bucket
        self.key: pulumi.Output[str] = code.key
        self.layer: pulumi.Output[str] = layer
        self.register_outputs({"bucket": self.bucket, "key": self.key, "layer": self.layer})

    def _layer(
        self, kind: str, logical_name: str, name: str, artifact: Artifact, deployment: Deployment
    ) -> pulumi.Output[str]:
        packed = self._object(kind, artifact, deployment)
        arn: pulumi.Output[str] = aws.lambda_.LayerVersion(
            logical_name,
            layer_name=name,
            description=artifact.digest,
            s3_bucket=packed.bucket,
            s3_key=packed.key,
            compatible_runtimes=[deployment.target.runtime],
            compatible_architectures=[deployment.target.architecture],
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        return arn

    def _object(self, kind: str, artifact: Artifact, deployment: Deployment) -> aws.s3.BucketObjectv2:
        return aws.s3.BucketObjectv2(
            kind,
            bucket=self._bucket.id,
            key=object_key(kind, artifact),
            source=pulumi.FileAsset(str(artifact.path)),
            content_type="application/zip",
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self),
        )
