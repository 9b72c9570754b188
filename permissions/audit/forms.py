from __future__ import annotations

import datetime as dt
import ipaddress
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Agency
from permissions.days import DayInput, end_of_day, start_of_day
from permissions.typed import TypedMixin

from .log import Network, Wanted
from .models import Outcome
from .words import words_of

DAYS_SHOWN = 7
MOST_DAYS = 31
MOST_DAYS_OF_ONE = 400  # of one person or one case, for which there are indexes: all that is kept at hand
LAST_NUMBER = 2**63 - 1
ALL = ("", _("すべて"))
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class ReviewForm(TypedMixin, forms.Form):
    """What came of an alarm."""

    outcome = forms.ChoiceField(label=_("結果"), choices=Outcome.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("確かめたこと"),
        max_length=300,
        help_text=_(
            "だれに、何を聞き、どう判断したかを書いてください。相談した人の名前や内容は書かないでください。"
        ),
    )


class LogFilter(TypedMixin, forms.Form):
    """Which entries of the log: without an answer those of the last days."""

    since = forms.DateField(label=_("いつから"), required=False, widget=DayInput)
    until = forms.DateField(label=_("いつまで"), required=False, widget=DayInput)
    who = forms.CharField(label=_("アカウント名か番号"), required=False, max_length=150)
    agency = forms.ChoiceField(label=_("機関"), required=False)
    verb = forms.ChoiceField(label=_("したこと"), required=False)
    case = forms.CharField(label=_("ケースのIDか、画面のアドレス"), required=False, max_length=300)
    item = forms.ChoiceField(label=_("項目"), required=False)
    address = forms.CharField(label=_("接続元（IPアドレス）"), required=False, max_length=50)
    refused = forms.BooleanField(label=_("断られた操作だけ"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=LAST_NUMBER)

    def __init__(self, asked: Mapping[str, Any]) -> None:
        """Take the answers; where a day is missing, ours stands in its field."""
        today = timezone.localdate()
        days = {"since": today - dt.timedelta(days=DAYS_SHOWN - 1), "until": today}
        answers = {name: asked[name] for name in asked if asked[name]}
        super().__init__({name: day.isoformat() for name, day in days.items()} | answers)
        agencies = Agency.objects.order_by("name").values_list("pk", "name")
        choices: dict[str, Any] = {
            "agency": [(str(key), name) for key, name in agencies],
            "verb": words_of("VERBS").items(),
            "item": words_of("ITEMS").items(),
        }
        for name, found in choices.items():
            field: Any = self.fields[name]
            field.choices = [ALL, *found]

    def clean_who(self) -> int | None:
        """Return the number of an account, given its name or its number."""
        typed = self.cleaned_data["who"]
        if not typed:
            return None
        people = get_user_model()._default_manager
        found = people.filter(username__iexact=typed).first()
        if found is None and typed.isdecimal():
            found = people.filter(pk=int(typed)).first()
        if found is None:
            raise ValidationError(_("このアカウントは見つかりません。"))
        return int(found.pk)

    def clean_case(self) -> uuid.UUID | None:
        typed = self.cleaned_data["case"]
        if not typed:
            return None
        found = ID.search(typed)
        if found is None:
            raise ValidationError(
                _(
                    "ケース番号からは探せません。ケースの画面のアドレスか、記録に出ているケースのIDを入れてください。"
                )
            )
        return uuid.UUID(found.group())

    def clean_address(self) -> Network | None:
        """Return the network: one address is a network, too."""
        typed = self.cleaned_data["address"]
        if not typed:
            return None
        try:
            return ipaddress.ip_interface(typed).network
        except ValueError:
            raise ValidationError(_("192.0.2.7 や 192.0.2.0/24 のように入れてください。")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors.keys() & {"since", "until"}:
            return cleaned
        days = (cleaned["until"] - cleaned["since"]).days + 1
        of_one = cleaned.get("who") is not None or cleaned.get("case") is not None
        if days < 1:
            self.add_error("until", _("始まりより後の日を選んでください。"))
        elif days > MOST_DAYS_OF_ONE:
            self.add_error("until", _("期間は400日までです。"))
        elif days > MOST_DAYS and not of_one:
            self.add_error("until", _("31日より長い期間は、アカウントかケースを決めると調べられます。"))
        return cleaned

    def wanted(self) -> Wanted:
        """Return what a valid form asks for."""
        asked = self.cleaned_data
        return Wanted(
            since=start_of_day(asked["since"]),
            until=end_of_day(asked["until"]),
            user_id=asked["who"],
            agency_id=int(asked["agency"]) if asked["agency"] else None,
            verb=asked["verb"],
            case_id=asked["case"],
            item=asked["item"],
            network=asked["address"],
            refused=asked["refused"],
        )

    @property
    def sent(self) -> dict[str, str]:
        """Return the answers of a valid form as they go into a link or a form, the days always among them."""
        asked = self.cleaned_data
        given = {"since": asked["since"].isoformat(), "until": asked["until"].isoformat()}
        kept = ("who", "agency", "verb", "case", "item", "address", "refused")
        return given | {name: _sent(asked[name]) for name in kept if asked[name]}

    @property
    def query(self) -> str:
        return urlencode(self.sent)


def _sent(value: Any) -> str:
    return "on" if value is True else str(value)
