"""A job whose app is not installed."""

from django.db import models


class Stray(models.Model):
    class Meta:
        managed = False


def job() -> None:
    raise NotImplementedError
