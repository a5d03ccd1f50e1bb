"""What every domain promises its clients of the connection."""

# Of the policies for TLS 1.2 and 1.3 the one that every client of today speaks and every Region has:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
TLS_POLICY = "TLS_1_2"
