"""What the citizen's status page may say: whoever has its number may read it (domain.md R-DV-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from casework.concealment.places import holds_place
from casework.concealment.selectors import concealed_cases, digests_of
from casework.households.models import PersonContact
from casework.search.keys import fold
from casework.sharing.selectors import labelled_for, persons_for
from permissions.agencies.selectors import partner_agencies
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Contact

# A family name alone is a name only before these: 林 is a wood, too.
TITLES = ("さん", "様", "さま", "くん", "君", "ちゃん", "氏")
# Shorter addresses ("なし", "不明") are in every second sentence.
LEAST_ADDRESS = 5
# 林 and 母 are names in many records; alone they are words of every second sentence.
LEAST_NAME = 3


def refuse_names(contact: Contact, body: str, *, by: Viewer) -> None:
    """Raise NotAllowed if a text for the status page names a partner agency, a person or place of the contact's case, or anybody who hides.

    What is found is said again only if it stands in the text as it is; a place in the vault never is.
    """
    text = fold(body)
    found = list(dict.fromkeys(name for name in _names(contact, by) if fold(name) in text))
    if contact.case_id and holds_place(body, digests_of(contact.case_id)):
        found.append(_("秘匿している場所"))
    if found:
        raise NotAllowed(
            _(
                "返事のページは、番号を知っている人ならだれでも開けます。氏名、住所、機関の名前は書けません。"
                "次の言葉を消してから、もう一度送ってください：%s"
            )
            % _("、").join(found)
        )


def _names(contact: Contact, by: Viewer) -> Iterator[str]:
    yield from partner_agencies().values_list("name", flat=True)
    # Whoever asks for a household that hides has no case of it.
    for name in persons_for(by).filter(case__in=concealed_cases()).values_list("name", flat=True):
        yield from _of_hidden(name)
    if contact.case_id is None:
        return
    for name in persons_for(by).filter(case=contact.case_id).values_list("name", flat=True):
        if len(fold(name)) >= LEAST_NAME:
            yield name
        yield from (part + title for part in name.split() for title in TITLES)
    addresses: Iterable[str] = (
        labelled_for(by, PersonContact).filter(case=contact.case_id).values_list("address", flat=True)
    )
    yield from (address for address in addresses if len(fold(address)) >= LEAST_ADDRESS)


def _of_hidden(name: str) -> Iterator[str]:
    """Return how somebody who hides may be named to whoever asks; who is kept as 母 or 長男 has no name."""
    parts = name.split()
    if len(parts) > 1:
        yield name
        yield from (part + title for part in parts for title in TITLES)
    elif len(fold(name)) >= LEAST_NAME:
        yield name
