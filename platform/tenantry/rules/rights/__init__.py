"""What the provider calls to make, change, read and remove what the program registers: words of the rows.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html and
https://github.com/hashicorp/terraform-provider-aws

Tables and keys outlive their declaration, so nothing here deletes them. What bears a name of ours is narrowed
to the stack; what AWS numbers itself cannot be.
"""
