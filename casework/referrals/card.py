"""The card that a person carries to another agency (つながるカード, domain.md 2.5): what they agreed to show, and a way to answer."""

from __future__ import annotations

import base64

import qrcode
from django.db import transaction
from django.utils.translation import gettext as _
from qrcode.image.svg import SvgPathImage

from casework.concealment.guard import PlaceWritten
from casework.concealment.places import holds_place
from casework.concealment.selectors import digests_of
from casework.households.letters import make_letter_to
from casework.households.safety import Means
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .links import make_link
from .selectors import ReferralView


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
        context={"referral": referral, "words": words.strip(), "qr": _as_picture(address)},
        means=Means.HANDED,
        detail={"referral": str(referral.pk)},
        by=by,
    )


def _as_picture(address: str) -> str:
    """Return a QR code as an address that holds the picture itself."""
    svg: bytes = qrcode.make(address, image_factory=SvgPathImage, border=2).to_string()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
