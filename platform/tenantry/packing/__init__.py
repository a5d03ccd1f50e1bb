"""What Lambda runs, packed: code, layer, and what is left out of them."""
