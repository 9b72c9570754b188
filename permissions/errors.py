"""What goes wrong in ways that a person must be told."""


class NotAllowed(Exception):
    """The rules of the house forbid this act. The message is shown to the person who tried."""
