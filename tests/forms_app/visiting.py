"""A citizen's browser without script: opens the form, fills it in, reads the answer."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

URL = "/forms/soudan/"


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"{name} is not in the page"
    return found[1]


def fill(client: Client, **typed: Any) -> dict[str, Any]:
    """Open the form and return what would be posted."""
    html = client.get(URL).content.decode()
    return {"revision": hidden(html, "revision"), "ticket": hidden(html, "ticket"), **typed}


def send(client: Client, data: dict[str, Any]) -> Any:
    client.post(URL, {**data, "step": "check"})
    return client.post(URL, {**data, "step": "send"}, follow=True)


def codes(html: str) -> list[str]:
    """Return code and pass-phrase as the page shows them."""
    shown = re.findall(r'm-receipt__code">(.*?)</dd>', html)
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in shown]
