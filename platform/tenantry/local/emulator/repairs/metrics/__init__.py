"""CloudWatch: metrics, alarms and their arithmetic."""
