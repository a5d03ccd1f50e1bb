"""What is measured rather than asserted: `python -m benches.chaos`, `python -m benches.speed`."""
