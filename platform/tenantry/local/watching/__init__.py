"""What `up --watch` needs beside an update: which files changed, whether handlers import, what failed."""
