"""Two tenants, acme and acme-eu, whose functions run in this process over tables that moto holds."""

from tests.support.functions import acme, acme_eu, aws, broken_table, empty_table, fresh_logger, secrets

__all__ = ["acme", "acme_eu", "aws", "broken_table", "empty_table", "fresh_logger", "secrets"]
