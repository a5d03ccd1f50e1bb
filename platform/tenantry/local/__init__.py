"""The whole platform on one machine: an embedded AWS emulator, and the program deployed onto it."""
