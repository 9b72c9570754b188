"""The library's editor field, made safe: unknown kinds are kept, and no kind is frozen into a migration."""

from __future__ import annotations

import json
from typing import Any

from wagtail import blocks
from wagtailstreamforms.streamfield import FormFieldsStreamField, FormFieldStreamBlock

from forms_app.fields.notices import keep_unknown, restore_unknown


class KeepingStreamBlock(FormFieldStreamBlock):
    """Reads every stored block; one whose kind is not installed shows as a notice and is saved unchanged."""

    def to_python(self, value: Any) -> blocks.StreamValue:
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError:
                return super().to_python(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = [keep_unknown(block, self.child_blocks) for block in value]
        return super().to_python(value)

    def bulk_to_python(self, values: Any) -> Any:
        kept = [[keep_unknown(block, self.child_blocks) for block in stream] for stream in values]
        return super().bulk_to_python(kept)

    def get_prep_value(self, value: Any) -> Any:
        return [restore_unknown(block) for block in super().get_prep_value(value)]


class QuestionsField(FormFieldsStreamField):
    """wagtailstreamforms' field of questions over KeepingStreamBlock."""

    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        kwargs.pop("block_lookup", None)
        super().__init__([], **kwargs)
        self.stream_block = KeepingStreamBlock([], required=not self.blank)

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs
