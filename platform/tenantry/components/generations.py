"""Draw what distinguishes one creation of a resource from the next, where the last one's name may still be
taken.
"""

import pulumi
import pulumi_random as random

BYTES = 4


def drawn(logical: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Eight digits, which come and go with the declaration of what they name."""
    return random.RandomId(logical, byte_length=BYTES, opts=opts).hex
