from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forms_app.fields.kinds import TypedField

from .models import MESSAGE_LENGTH


class LookupForm(forms.Form):
    use_required_attribute = False

    code = TypedField(
        label=_("受付番号"),
        max_length=40,
        help_text=_("例：M7K-4Q9-X2F（大文字・小文字、ハイフンのあるなしは気にしなくて大丈夫です）"),
        error_messages={"required": _("受付番号を書いてください。控えに書いてあります。")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    phrase = TypedField(
        label=_("合言葉"),
        max_length=80,
        help_text=_("ひらがなのことばが3つです。"),
        error_messages={"required": _("合言葉を書いてください。控えに書いてあります。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ReplyForm(forms.Form):
    use_required_attribute = False

    body = TypedField(
        label=_("返事を書く"),
        one_line=False,
        max_length=MESSAGE_LENGTH,
        error_messages={"required": _("伝えたいことを書いてください。")},
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "data-count": MESSAGE_LENGTH}),
    )
