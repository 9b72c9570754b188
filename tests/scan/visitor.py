"""Somebody with a session, who opens every page there is for them and notes links and forms."""

from __future__ import annotations

import http.client
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.urls import Resolver404, resolve

TOKEN = "csrfmiddlewaretoken"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Where casework happens; the editor's /cms/ is Wagtail's, and these people may not enter it.
CRAWLED = (
    "/audit/",
    "/casework/",
    "/submissions/",
    "/accounts/acting/",
    "/accounts/password/",
    "/accounts/2fa/",
    "/status/",
)
OF_EACH_KIND = 20


@dataclass(frozen=True)
class Form:
    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class Crawl:
    pages: dict[str, int] = field(default_factory=dict)
    forms: set[Form] = field(default_factory=set)


class _Reader(HTMLParser):
    """Links and forms of one page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.links, self.forms = page, [], []
        self._form: dict[str, str] | None = None
        self._fields: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "form":
            self._form, self._fields = values, []
        elif self._form is not None:
            self._field(tag, values)

    def _field(self, tag: str, values: dict[str, str]) -> None:
        name = values.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and values.get("value"):
            self._fields.append((self._select, values["value"]))
            self._select = ""  # the first with a value
        elif name and tag in {"input", "textarea", "button"} and values.get("type") != "file":
            self._fields.append((name, values.get("value") or _typed(name, values.get("type", ""))))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            action = urllib.parse.urljoin(self.page, self._form.get("action") or self.page)
            method = self._form.get("method", "get").upper()
            self.forms.append(Form(self.page, action, method, tuple(dict(self._fields).items())))
            self._form = None


def _typed(name: str, kind: str) -> str:
    known = {
        "date": "2026-11-20",
        "datetime-local": "2026-11-20T10:00",
        "number": "1",
        "email": "a@example.jp",
    }
    return known.get(kind, "2026" if "year" in name else "1")


def kind_of(path: str) -> str:
    """Return the address without keys and values: pages of one kind are made by one view."""
    address, question, query = path.partition("?")
    try:
        kind = f"/{resolve(address).route}"
    except Resolver404:
        kind = UUID.sub("<uuid>", address)
    return kind + question + re.sub(r"=[^&]*", "", query)


class Visitor:
    """One browser without script."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar), _StandStill()
        )

    def log_in(self, name: str, password: str) -> Visitor:
        token = self.token("/accounts/login/")
        answer = self.ask("/accounts/login/", {"login": name, "password": password, TOKEN: token})
        assert answer.status == 302, f"{name} could not log in: {answer.status}"
        return self

    def token(self, path: str) -> str:
        found = re.search(rf'name="{TOKEN}" value="([^"]+)"', self.ask(path).body.decode())
        assert found, f"no form on {path}"
        return found[1]

    def ask(self, path: str, data: dict[str, str] | None = None) -> Answer:
        request = urllib.request.Request(
            urllib.parse.urljoin(self.address, path),
            data=urllib.parse.urlencode(data).encode() if data is not None else None,
            headers={"Referer": self.address + "/"},
        )
        try:
            with self._opener.open(request, timeout=30) as response:
                return _answer(response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _answer(refusal)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def crawl(self, start: str) -> Crawl:
        found, waiting, kinds = Crawl(), deque([start]), Counter[str]()
        while waiting:
            path = waiting.popleft()
            kinds[kind_of(path)] += path not in found.pages
            if path in found.pages or kinds[kind_of(path)] > OF_EACH_KIND:
                continue
            answer = self.ask(path)
            found.pages[path] = answer.status
            if dict(answer.headers).get("Content-Type", "").startswith("text/html"):
                reader = _Reader(path)
                reader.feed(answer.body.decode())
                found.forms.update(form for form in reader.forms if _is_ours(form.action))
                waiting.extend(_paths(path, reader.links))
            if "Location" in dict(answer.headers):
                waiting.extend(_paths(path, [dict(answer.headers)["Location"]]))
        return found


def _answer(response: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    left_out = {"date", "connection", "server"}
    headers = sorted(
        (name, value) for name, value in response.headers.items() if name.lower() not in left_out
    )
    return Answer(response.status or 0, tuple(headers), response.read())


def _paths(page: str, links: list[str]) -> Iterator[str]:
    for link in links:
        whole = urllib.parse.urlsplit(urllib.parse.urljoin(page, link))
        path = whole.path + (f"?{whole.query}" if whole.query else "")
        if not whole.netloc and _is_ours(path):
            yield path


def _is_ours(path: str) -> bool:
    return path.startswith(CRAWLED)


class _StandStill(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None
