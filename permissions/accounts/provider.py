"""The city's own identity provider (OpenID Connect), where MARUGOTO_OIDC names one.

Authlib speaks the protocol: state, nonce, PKCE, the provider's keys, the claims of the id_token. Here is what we
demand beyond its defaults, and what we take from it: one hash, and whether a second factor was seen. No token and
no claim is kept. Nothing is cached: a key that the provider withdrew counts no more at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException, Response

from .models import hash_of

NAME = "provider"
# Signed with a key of the provider's own: what our client secret could sign proves nothing.
ALGORITHMS = tuple(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512))
STATE_SECONDS = 600
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 5
SUBJECT_MAX_LENGTH = 255  # OpenID Connect Core 1.0, section 2
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# Whatever an answer that is no answer can raise on its way through the libraries.
_FAULTS = (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError)


class ProviderRefused(Exception):
    """What came back proves nothing; ``code`` says why, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ProviderSilent(Exception):
    """The provider does not answer, or not as one."""


@dataclass(frozen=True)
class Provider:
    """What the setting says. ``second_factor_acr``, ``second_factor_amr``: claims that count as a second factor."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = ""
    second_factor_acr: tuple[str, ...] = ()
    second_factor_amr: tuple[str, ...] = ()

    def has_second_factor(self, claims: dict[str, Any]) -> bool:
        """Return whether the provider saw a second factor, of a kind that the city lets count."""
        methods = claims.get("amr")
        seen = methods if isinstance(methods, list) else []
        return claims.get("acr") in self.second_factor_acr or any(
            name in seen for name in self.second_factor_amr
        )


@dataclass(frozen=True)
class Proof:
    """What somebody brought back: who they are there, and what they had set out for here."""

    subject_hash: str
    has_second_factor: bool
    purpose: str
    user_id: int | None
    next_url: str


def the_provider() -> Provider:
    """Return the provider of the setting; there must be one."""
    given: dict[str, Any] | None = settings.MARUGOTO_OIDC
    if given is None:
        raise ImproperlyConfigured("MARUGOTO_OIDC names no provider")
    return Provider(**given)


def subject_hash(issuer: str, subject: str) -> str:
    """Return what is stored of somebody's name at the provider."""
    return hash_of(f"provider {issuer}\x1f{subject}")


def begin(request: HttpRequest, *, purpose: str, next_url: str = "") -> str:
    """Return the provider's address to send somebody to; what they come back with is kept in their session.

    Raises ProviderSilent. One attempt per session: the last one counts.
    """
    provider, app = the_provider(), _app()
    asked = {"acr_values": " ".join(provider.second_factor_acr)} if provider.second_factor_acr else {}
    try:
        made = app.create_authorization_url(
            request.build_absolute_uri(reverse("accounts:provider_return")), **asked
        )
    except _FAULTS as fault:
        raise ProviderSilent from fault
    address: str = made.pop("url")
    _forget_attempts(request)
    app.save_authorize_data(
        request,
        redirect_uri=request.build_absolute_uri(reverse("accounts:provider_return")),
        purpose=purpose,
        user_id=request.user.pk,
        next_url=next_url,
        **made,
    )
    return address


def finish(request: HttpRequest) -> Proof:
    """Return what somebody proved at the provider. Raises ProviderRefused; either way the attempt is used up."""
    provider, app = the_provider(), _app()
    kept = app.framework.get_state_data(request.session, request.GET.get("state", ""))
    if kept is None:
        raise ProviderRefused("state")
    if request.GET.get("iss", provider.issuer) != provider.issuer:
        _forget_attempts(request)
        raise ProviderRefused("issuer")
    try:
        token = app.authorize_access_token(
            request,
            leeway=LEEWAY_SECONDS,
            claims_options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
        )
    except _FAULTS as fault:
        raise ProviderRefused("token") from fault
    finally:
        _forget_attempts(request)
    claims = token.get("userinfo") or {}
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX_LENGTH:
        raise ProviderRefused("token")
    return Proof(
        subject_hash(provider.issuer, subject),
        provider.has_second_factor(claims),
        kept["purpose"],
        kept["user_id"],
        kept["next_url"],
    )


def _forget_attempts(request: HttpRequest) -> None:
    for key in [key for key in request.session.keys() if key.startswith(f"_state_{NAME}_")]:  # noqa: SIM118 -- a session is no dict
        del request.session[key]


class _Attempts(DjangoIntegration):
    """Attempts under way, in the session; Authlib itself does not look at how old they are."""

    expires_in = STATE_SECONDS

    def get_state_data(self, session: Any, state: str) -> dict[str, Any] | None:
        kept = session.get(f"_state_{self.name}_{state}")
        if not kept or kept["exp"] < time.time():
            return None
        found: dict[str, Any] = kept["data"]
        return found


class _Connection(OAuth2Session):
    """Asks over TLS, waits briefly, and follows nobody elsewhere: a redirect would take our secret along."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if urlsplit(url).scheme != "https":
            raise ProviderSilent
        kwargs |= {"timeout": TIMEOUT_SECONDS, "allow_redirects": False}
        response: Response = super().request(method, url, *args, **kwargs)
        return response


class _App(DjangoOAuth2App):
    """Authlib's client, which believes a provider's description of itself only as far as it fits the setting."""

    client_cls = _Connection

    def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = super().load_server_metadata()
        if metadata["issuer"] != the_provider().issuer:
            raise ProviderRefused("issuer")
        if any(urlsplit(metadata[name]).scheme != "https" for name in ENDPOINTS):
            raise ProviderSilent
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        metadata["id_token_signing_alg_values_supported"] = [name for name in ALGORITHMS if name in offered]
        return metadata


def _app() -> _App:
    provider = the_provider()
    return _App(
        _Attempts(NAME),
        name=NAME,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
    )
