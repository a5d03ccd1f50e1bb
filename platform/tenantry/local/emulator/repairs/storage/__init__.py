"""DynamoDB and CloudWatch Logs: conditions, pages, saved queries."""
