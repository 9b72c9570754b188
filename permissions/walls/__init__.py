"""Row-level security: policies as data, the context of a transaction, the installer."""

from .own import WALLS

__all__ = ["WALLS"]
