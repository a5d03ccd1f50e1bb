"""Names, grants and policies: plain values in, plain values out."""
