"""Limits per network and per code, on the shared cache, outside any transaction of a request.

A turn is one cache entry, taken with ``add``: that is atomic on every cache, counting up is not.
"""

from __future__ import annotations

import ipaddress

from django.core.cache import cache
from django.http import HttpRequest

from forms_app.status.codes import keyed_digest
from permissions.audit.origin import client_address

PREFIX_V4, PREFIX_V6 = 32, 64


def network_of(request: HttpRequest) -> str:
    """Return the network a request comes from: one IPv4 address, or 64 bits of IPv6.

    Which address that is behind proxies: permissions/audit/origin.py.
    """
    address = client_address(request)
    if address is None:
        return "unknown"
    ip = ipaddress.ip_address(address)
    prefix = PREFIX_V4 if ip.version == 4 else PREFIX_V6
    return str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False))


def take_turn(purpose: str, who: str, *, limit: int, seconds: int) -> int | None:
    """Take one of ``limit`` turns and return its number, or None when all are taken for now."""
    name = _name(purpose, who)
    return next((turn for turn in range(limit) if cache.add(f"{name}:{turn}", 1, seconds)), None)


def give_back(purpose: str, who: str, turn: int) -> None:
    """Give a turn back that was not used up."""
    cache.delete(f"{_name(purpose, who)}:{turn}")


def _name(purpose: str, who: str) -> str:
    """Return a cache key that says neither an address nor a code."""
    return f"turn:{purpose}:{keyed_digest('turn', who).hex()[:32]}"
