"""Citizens who send, lose the connection, and press the button again until they see a receipt."""

import http.client
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

from forms_app.status.codes import reference_hash
from tests.chaos.judge import Sending
from tests.forms_app.visiting import codes, hidden

BROKEN = (OSError, http.client.HTTPException, ValueError)
IMPATIENT = 0.1  # of all press the button once more after the receipt


class Citizens:
    """Threads that send without a pause until told to stop."""

    def __init__(self, address: str, *, count: int) -> None:
        self.address = f"{address}/forms/soudan/"
        self.sendings: list[Sending] = []
        self.errors: dict[str, int] = {}
        self.changed_codes: list[str] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._send_for_ever, daemon=True) for _ in range(count)]

    @property
    def acknowledged(self) -> int:
        return sum(sending.is_acknowledged for sending in list(self.sendings))

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what they are sending."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(180)

    def _send_for_ever(self) -> None:
        while not self.stopping.is_set():
            self.sendings.append(self._send_one(uuid.uuid4().hex))

    def _send_one(self, marker: str) -> Sending:
        network = ".".join(str(random.randint(1, 250)) for _ in range(4))
        page = self._until_answered(network, None, lambda html: 'name="ticket"' in html)
        if page is None:
            return Sending(marker)
        typed = {"revision": hidden(page, "revision"), "ticket": hidden(page, "ticket"), "step": "send"}
        body = urllib.parse.urlencode({**typed, "story": f"家賃が払えません {marker}"}).encode()
        shown = self._until_answered(network, body, lambda html: len(codes(html)) == 2)
        if shown is None:
            return Sending(marker)
        code = codes(shown)[0]
        if random.random() < IMPATIENT:
            again = self._until_answered(network, body, lambda html: len(codes(html)) == 2)
            if again is not None and codes(again)[0] != code:
                self.changed_codes.append(marker)
        return Sending(marker, reference_hash(code))

    def _until_answered(self, network, body, is_good, *, seconds=120):
        """Ask until the page is the one that is wanted; None when it takes too long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                asked = urllib.request.Request(self.address, body, {"X-Forwarded-For": network})
                html = urllib.request.urlopen(asked, timeout=20).read().decode()
            except urllib.error.HTTPError as error:
                self._count(str(error.code))
            except BROKEN as error:
                self._count(type(error).__name__)
            else:
                if is_good(html):
                    return html
                self._count("200 " + (re.findall(r"<h1[^>]*>([^<]*)", html) or ["?"])[0].strip())
            time.sleep(random.uniform(0.1, 0.5))
        return None

    def _count(self, what: str) -> None:
        self.errors[what] = self.errors.get(what, 0) + 1
