"""The card that a person carries to another agency (つながるカード, domain.md 2.5): what they agreed to show, and a way to answer."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
from django.db import transaction
from django.utils.translation import gettext as _

from casework.concealment.guard import PlaceWritten
from casework.concealment.places import holds_place
from casework.concealment.selectors import digests_of
from casework.households.letters import make_letter_to
from casework.households.safety import Means
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .links import make_link
from .selectors import ReferralView


@dataclass(frozen=True)
class Code:
    """A QR code as the path of an SVG with ``size`` units to a side: a sheet loads no picture (permissions/paper_child.py)."""

    size: int
    path: str


@transaction.atomic
def make_card(view: ReferralView, *, words: str, by: Viewer) -> bytes:
    """Make the card as PDF, with a new link as QR code. It is not kept, its words neither.

    Raises NotAllowed for a referral about a whole household, for words that tell a concealed place, and as make_link and
    make_letter_to do.
    """
    referral = view.row
    if referral.person is None:
        raise NotAllowed(
            _("世帯全体のつなぎには、カードがありません。持っていく人を決めて、つなぎを出してください。")
        )
    if holds_place(words, digests_of(referral.case_id)):
        raise PlaceWritten
    address = make_link(view, by=by)
    return make_letter_to(
        referral.person,
        letter="handover_card",
        context={"referral": referral, "words": words.strip(), "qr": _drawn(address)},
        means=Means.HANDED,
        detail={"referral": str(referral.pk)},
        by=by,
    )


def _drawn(address: str) -> Code:
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    rows = code.get_matrix()
    squares = (f"M{x},{y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return Code(len(rows), "".join(squares))
