"""KMS keys and their aliases."""

from tenantry.local.resources.maker import Clients, Inputs, Made


def key(clients: Clients, inputs: Inputs) -> Made:
    kms = clients("kms")
    made = kms.create_key(
        Description=inputs["description"],
        Policy=inputs["policy"],
        # KMS alone spells them so.
        Tags=[{"TagKey": name, "TagValue": value} for name, value in inputs["tags"].items()],
    )["KeyMetadata"]
    if inputs["enableKeyRotation"]:
        kms.enable_key_rotation(KeyId=made["KeyId"])
    return Made(made["KeyId"], {"arn": made["Arn"], "keyId": made["KeyId"]})


def alias(clients: Clients, inputs: Inputs) -> Made:
    clients("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return Made(inputs["name"], {})
