"""What every domain promises its clients of the connection, and the world of its records."""

# Of the policies for TLS 1.2 and 1.3 the one that every client of today speaks and every Region has:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
TLS_POLICY = "TLS_1_2"

# Of a certificate that is made: clients without ECDSA are still about.
KEY_ALGORITHM = "RSA_2048"

# Seconds. ACM looks again at each renewal, and the record never changes; a day would do, and an hour forgets
# an operator's mistake sooner.
VALIDATION_TTL = 3600

# A stage's tag with the address that its tenant's clients are given, where that is not AWS's own: whoever
# reads a stage needs neither the files nor each domain's mappings.
ADDRESS = "address"

# What the stage says while AWS's own address of its API is closed. The switch counts once some setting of a
# stage has changed, and this is the one that changes with it:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
CLOSED = "answers at its domains alone"
