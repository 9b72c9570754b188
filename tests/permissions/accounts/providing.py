"""An identity provider made for the tests: real keys, real signatures; only the wire is ours."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

ISSUER = "https://idp.example.jp/city"
CLIENT = "marugoto"
SECRET = "for-the-tests"


def new_key(kid: str) -> RSAKey:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return RSAKey.import_key(made, {"kid": kid, "use": "sig"})


GOOD_KEY, OTHER_KEY = new_key("one"), new_key("one")


class FakeProvider:
    """Answers what our side asks over the wire, and signs people in who come with their browser.

    What a test changes: ``claims`` of the next tokens, ``key`` and ``algorithm`` they are signed with,
    ``metadata``, ``answers`` in place of the right ones.
    """

    def __init__(self) -> None:
        self.key: Any = GOOD_KEY
        self.algorithm = "RS256"
        self.published = [GOOD_KEY]
        self.claims: dict[str, Any] = {}
        self.left_out: set[str] = set()
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "PS512", "HS256", "none"],
        }
        self.answers: dict[str, Callable[[], tuple[int, Any, dict[str, str]]]] = {}
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.is_down = False

    # --- the wire ---------------------------------------------------------------------------------

    def send(self, prepared: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self.asked.append(str(prepared.url))
        assert kwargs["timeout"] == 5
        assert kwargs["verify"]  # True, or the file that REQUESTS_CA_BUNDLE names
        if self.is_down:
            raise requests.ConnectionError
        status, body, headers = self._answer(prepared)
        response = requests.Response()
        response.status_code, response.url, response.request = status, str(prepared.url), prepared
        response.headers.update({"Content-Type": "application/json", **headers})
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return response

    def _answer(self, prepared: requests.PreparedRequest) -> tuple[int, Any, dict[str, str]]:
        path = str(prepared.url).removeprefix(ISSUER)
        if path in self.answers:
            return self.answers[path]()
        if path == "/.well-known/openid-configuration":
            return 200, self.metadata, {}
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}, {}
        if path == "/token":
            return self._token(prepared)
        raise AssertionError(f"nobody asks {prepared.url}")

    def _token(self, prepared: requests.PreparedRequest) -> tuple[int, Any, dict[str, str]]:
        given = dict(parse_qsl(str(prepared.body)))
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if prepared.headers.get("Authorization") != f"Basic {basic}" or asked is None:
            return 400, {"error": "invalid_grant"}, {}
        if challenge != asked["code_challenge"] or given["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}, {}
        tokens = {"access_token": "ACCESS-CANARY", "refresh_token": "REFRESH-CANARY", "token_type": "Bearer"}
        return 200, {**tokens, "id_token": self.id_token(asked)}, {}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "worker-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in (claims | self.claims).items() if name not in self.left_out}
        if self.algorithm == "none":
            parts = [
                base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                for part in ({"alg": "none"}, claims)
            ]
            return ".".join([*parts, ""])
        if self.algorithm == "HS256":
            return str(
                jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.key), algorithms=["HS256"])
            )
        header = {"alg": self.algorithm, "kid": "one"}
        return str(jwt.encode(header, claims, self.key, algorithms=[self.algorithm]))

    # --- the browser ------------------------------------------------------------------------------

    def sign_in(self, page: Any) -> str:
        """Sign somebody in whom our page sent there; return the address they are sent back to."""
        asked = {
            name: values[0] for name, values in parse_qs(urlsplit(page.context["address"]).query).items()
        }
        code = f"code-{len(self.asked)}"
        self.codes[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode({'code': code, 'state': asked['state']})}"


def start(client: Client, **values: str) -> Any:
    return client.post(reverse("accounts:provider_login"), values)
