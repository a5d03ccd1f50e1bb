"""The engine's place on this machine: what the program registers stands on the emulator, step by step."""
