"""What every page says about the center, computed from its settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import cached_property

from .hours import Closure, OpeningHours, Span, is_open
from .hours_words import state_sentence, week_lines

if TYPE_CHECKING:
    from .models import CenterSettings

NEUTRAL_PAGE = "/exit/"


@dataclass(frozen=True)
class EmergencyLine:
    number: str
    label: str

    @property
    def href(self) -> str:
        return telephone_link(self.number)


@dataclass(frozen=True)
class Banner:
    level: str
    title: str
    text: str


class Center:
    """The center as templates see it at one moment. Everything is computed when asked for."""

    def __init__(self, settings: CenterSettings, *, now: dt.datetime) -> None:
        self.settings = settings
        self.now = now
        self.city: str = settings.city
        self.short_name: str = settings.short_name
        self.phone: str = settings.phone
        self.fax: str = settings.fax
        self.address: str = settings.address
        self.relay_note: str = settings.relay_note
        self.exit_url: str = settings.exit_url or NEUTRAL_PAGE

    @property
    def name(self) -> str:
        return f"{self.city}{self.short_name}"

    @property
    def phone_href(self) -> str:
        return telephone_link(self.phone)

    @cached_property
    def hours(self) -> OpeningHours:
        return opening_hours(self.settings)

    @cached_property
    def is_open(self) -> bool:
        return is_open(self.hours, self.now)

    @cached_property
    def opening_sentence(self) -> str:
        return state_sentence(self.hours, self.now)

    @property
    def hours_lines(self) -> list[str]:
        return week_lines(self.hours)

    @property
    def emergency(self) -> list[EmergencyLine]:
        return [
            EmergencyLine(block.value["number"], block.value["label"])
            for block in self.settings.emergency_numbers
        ]

    @property
    def banner(self) -> Banner | None:
        settings = self.settings
        if not settings.banner_title:
            return None
        return Banner(settings.banner_level, settings.banner_title, settings.banner_text)


def telephone_link(number: str) -> str:
    """Return a ``tel:`` address; # must be escaped there."""
    digits = "".join(letter for letter in number if letter.isdigit() or letter in "+#*")
    return f"tel:{digits.replace('#', '%23')}" if digits else ""


def opening_hours(settings: CenterSettings) -> OpeningHours:
    """Read the rows that editors wrote."""
    return OpeningHours(
        spans=tuple(
            Span(int(row.value["weekday"]), row.value["opens"], row.value["closes"])
            for row in settings.opening_hours
        ),
        closed_on_holidays=settings.closed_on_holidays,
        closed_at_year_end=settings.closed_at_year_end,
        closures=tuple(Closure(row.value["first_day"], row.value["last_day"]) for row in settings.closures),
    )
