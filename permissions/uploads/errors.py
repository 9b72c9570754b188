from __future__ import annotations


class NotTaken(Exception):
    """A file is not taken in; the message says why and what to do, for whoever sent it."""
