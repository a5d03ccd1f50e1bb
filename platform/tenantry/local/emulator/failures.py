"""What goes wrong before and while an emulator runs."""

from tenantry.errors import Failed


class EmulatorError(Failed):
    """The emulator could not do what was asked of it; the message says what to do."""
