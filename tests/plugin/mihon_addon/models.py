"""An app of somebody else's: what it was told, and content of its own in a case."""

from django.db import models

from casework.sharing.models import Labelled


class Told(models.Model):
    """One thing that a hook was told."""

    hook = models.CharField(max_length=40)
    text = models.CharField(max_length=200)


class Interpreter(Labelled):
    """Which language a person wants an interpreter for. The item is "basic": who sees the person sees this."""

    language = models.CharField(max_length=40)
