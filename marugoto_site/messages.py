"""The short notice after an act ("kept"), in a cookie whose name the settings decide."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    """Django's, under a name that may carry the prefix ``__Host-``."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        return str(settings.MARUGOTO_MESSAGES_COOKIE_NAME)


class MessageStorage(FallbackStorage):
    storage_classes = (NamedCookieStorage, SessionStorage)
