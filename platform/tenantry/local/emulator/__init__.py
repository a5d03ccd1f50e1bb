"""The emulator: a child process, ended and cleaned up after whatever happens, and its repairs."""
