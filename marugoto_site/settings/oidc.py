"""The city's identity provider: from the environment, whole or not at all."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

NEEDED = {
    "issuer": "MARUGOTO_OIDC_ISSUER",
    "client_id": "MARUGOTO_OIDC_CLIENT_ID",
    "client_secret": "MARUGOTO_OIDC_CLIENT_SECRET",
}
LISTS = {
    "second_factor_acr": "MARUGOTO_OIDC_SECOND_FACTOR_ACR",
    "second_factor_amr": "MARUGOTO_OIDC_SECOND_FACTOR_AMR",
}
VARIABLES = {**NEEDED, "name": "MARUGOTO_OIDC_NAME", **LISTS}


def oidc_of(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """Return MARUGOTO_OIDC, or None if no variable of it is set; what is missing is an empty string."""
    given = {name: environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    if not any(given.values()):
        return None
    return {**given, **{name: tuple(given[name].split()) for name in LISTS}}


def problems_of_oidc(oidc: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what is missing or unsafe: half a provider is none."""
    if oidc is None:
        return
    for name, variable in NEEDED.items():
        if not oidc.get(name):
            yield (
                f"{variable}: 市の認証基盤を使うには、発行者・クライアントID・秘密の3つが必要です。"
                " / To sign in with the city's provider, issuer, client id and secret must be set."
            )
    issuer = urlsplit(oidc.get("issuer", ""))
    if oidc.get("issuer") and (
        issuer.scheme != "https" or not issuer.netloc or issuer.query or issuer.fragment
    ):
        yield (
            f"{NEEDED['issuer']}: https:// で始まる発行者の識別子にしてください。"
            " / Must be the issuer's identifier: https://..., without query or fragment."
        )
