"""IAM roles and policies."""

from tenantry.local.resources.maker import Clients, Inputs, Made, tag_list


def policy(clients: Clients, inputs: Inputs) -> Made:
    made = clients("iam").create_policy(
        PolicyName=inputs["name"],
        PolicyDocument=inputs["policy"],
        Description=inputs["description"],
        Tags=tag_list(inputs),
    )
    arn = made["Policy"]["Arn"]
    return Made(arn, {"arn": arn})


def role(clients: Clients, inputs: Inputs) -> Made:
    made = clients("iam").create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        PermissionsBoundary=inputs["permissionsBoundary"],
        Tags=tag_list(inputs),
    )
    return Made(inputs["name"], {"arn": made["Role"]["Arn"]})


def role_policy(clients: Clients, inputs: Inputs) -> Made:
    clients("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
    )
    return Made(f"{inputs['role']}:{inputs['name']}", {})
