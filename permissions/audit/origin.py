"""From where a request comes: what every row of the log that it leaves has in common."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse


@dataclass
class Origin:
    """One request (or one run of a task): its number, the client's address, and how many rows it has left.

    ``has_masked``: a My Number was typed, and taken out (permissions/typed.py).
    """

    address: str | None = None
    request_id: uuid.UUID = field(default_factory=uuid.uuid4)
    rows: int = 0
    has_masked: bool = False


_current: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


def current_origin() -> Origin | None:
    """Return where the running request comes from, or None outside a request."""
    return _current.get()


@contextmanager
def coming_from(address: str | None) -> Iterator[Origin]:
    """Give everything that is recorded inside one request number and one address."""
    origin = Origin(address)
    token = _current.set(origin)
    try:
        yield origin
    finally:
        _current.reset(token)


@contextmanager
def nobodys_address() -> Iterator[None]:
    """Keep the address of a citizen out of the log: nobody who asks for help leaves one."""
    origin = _current.get()
    if origin is None:
        yield
        return
    address, origin.address = origin.address, None
    try:
        yield
    finally:
        origin.address = address


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address, or None when there is none that can be read.

    Behind proxies it is the one that the first of ALLAUTH_TRUSTED_PROXY_COUNT of them saw: what stands further left in
    X-Forwarded-For was written by the client.
    """
    address = request.META.get("REMOTE_ADDR", "")
    trusted = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    passed_on = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if trusted and len(passed_on) >= trusted:
        address = passed_on[-trusted]
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return None


class AuditOrigin:
    """Middleware: a number and an address for every request, before anything can be recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(client_address(request)):
            return self.get_response(request)
