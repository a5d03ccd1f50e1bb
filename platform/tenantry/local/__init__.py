"""The whole platform on one machine: an embedded AWS emulator, and the program deployed onto it."""

PORT = 4566  # where emulators of AWS are expected; Pulumi.local.yaml names it too
