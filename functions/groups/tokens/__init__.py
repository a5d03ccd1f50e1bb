"""Tokens for a managed tenant's programs, by the client credentials grant of OAuth 2.0 (RFC 6749, 4.4)."""
