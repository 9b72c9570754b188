"""How the stream of questions comes up in the editor's browser."""

from __future__ import annotations

from typing import Any

from wagtail.admin.telepath import register
from wagtail.blocks.stream_block import StreamBlockAdapter

from forms_app.definitions.stream import KeepingStreamBlock
from forms_app.fields.notices import Kept


class KeepingStreamBlockAdapter(StreamBlockAdapter):
    """The palette offers every kind but the one that only stands for lost ones."""

    def js_args(self, block: KeepingStreamBlock) -> list[Any]:
        args: list[Any] = super().js_args(block)
        # Only in the browser: the server takes the ones that are there.
        args[-1]["blockCounts"] = {Kept.kind: {"max_num": 0}}
        return args


register(KeepingStreamBlockAdapter(), KeepingStreamBlock)
