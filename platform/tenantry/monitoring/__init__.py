"""Name what is watched, and how it is shown: metrics, alarms, dashboards and saved queries, as plain data."""
