"""What goes wrong in ways that a person must be told."""

from django.http import Http404


class NotAllowed(Exception):
    """The rules of the house forbid this act. The message is shown to the person who tried."""


class NotOpenNow(Http404):
    """What is asked for is shut, or never was the reader's: the same message for both, shown in the place of "not found"."""
