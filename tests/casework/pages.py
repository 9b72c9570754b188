"""Pages as bytes: what two answers must have in common once tokens that are new each time are masked."""

import re

from django.contrib.auth import BACKEND_SESSION_KEY

from permissions.viewer import SESSION_KEY

CHANGING = (
    (re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"'), b"(token)"),
    (re.compile(rb'nonce="[^"]*"'), b"(nonce)"),
    (re.compile(rb'name="once" value="[^"]*"'), b"(once)"),
    (re.compile(rb"[?]w=[A-Za-z0-9_%=-]*"), b"(sealed words)"),
)


def sign_in(client, viewer):
    """Log in without a password, acting for the viewer's agency."""
    client.force_login(viewer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    assert session[BACKEND_SESSION_KEY]
    session[SESSION_KEY] = viewer.membership.pk
    session.save()


def masked(response):
    """Return the body without tokens and nonces."""
    body = response.content
    for pattern, word in CHANGING:
        body = pattern.sub(word, body)
    return body


def headers(response):
    """Return the headers that must be equal: Date and cookies aside, nonces masked."""
    found = {name: value for name, value in response.headers.items() if name not in {"Date", "Set-Cookie"}}
    return {name: re.sub(r"'nonce-[^']*'", "(nonce)", value) for name, value in found.items()}
