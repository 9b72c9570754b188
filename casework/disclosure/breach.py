"""The breach file: from the log alone, who saw what of whom, for the report of a leak.

Source: 個人情報保護法 68条, 施行規則 43-44条; domain.md R-ORG-4: a leak of special-care data of one person, or of more than
a hundred people, is reported at once (3 to 5 days) and finally within 30 days, 60 when somebody meant it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.households.models import Person
from casework.sharing.items import Item
from permissions.agencies.models import Agency
from permissions.audit.actions import record
from permissions.audit.models import AuditEntry
from permissions.people import name_of
from permissions.roles import ROLES
from permissions.spreadsheet import write_table

from .selectors import HOW, basis_name

READ_VERBS = ("read", "sheet_opened", "sheet_made", "letter_made", "listed")
FIRST_REPORT_DAYS = 3
FIRST_REPORT_AT_LATEST_DAYS = 5
FINAL_REPORT_DAYS = 30
FINAL_REPORT_DAYS_IF_MEANT = 60
MANY_PEOPLE = 100
# Nearly every case file holds 要配慮個人情報; these items do by what they are (domain.md 3.4).
SPECIAL_CARE = frozenset({Item.HEALTH, Item.HISTORY, Item.ASSESSMENT, Item.MEETING, Item.PLAN})
COLUMNS = (
    "日時（日本）", "日時（UTC）", "利用者", "氏名", "機関", "役割", "したこと", "ケース番号", "本人・世帯員", "項目",
    "見ることができた根拠", "接続元", "要求番号", "記録番号", "一覧の件数",
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """About whom and when: a person's account, an agency, a case, a network address; all that are given hold."""

    since: dt.datetime
    until: dt.datetime
    user_id: int | None = None
    agency_id: int | None = None
    case_id: uuid.UUID | None = None
    address: str | None = None

    @property
    def is_narrowed(self) -> bool:
        return any(value is not None for value in (self.user_id, self.agency_id, self.case_id, self.address))

    @property
    def condition(self) -> Q:
        wanted = {
            name: value
            for name in ("user_id", "agency_id", "case_id", "address")
            if (value := getattr(self, name)) is not None
        }
        return Q(at__gte=self.since, at__lt=self.until, verb__in=READ_VERBS, **wanted)


@dataclass
class Breach:
    """The rows of the file, and what they come to."""

    scope: Scope
    discovered_at: dt.datetime
    rows: list[tuple[str, ...]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    by_item: dict[str, int] = field(default_factory=dict)

    @property
    def deadlines(self) -> dict[str, str]:
        """Return the days by which the commission must have the reports (in Japan)."""
        day = timezone.localtime(self.discovered_at).date()
        return {
            "discovered_on": str(day),
            "first_report_by": str(day + dt.timedelta(days=FIRST_REPORT_DAYS)),
            "first_report_at_the_latest": str(day + dt.timedelta(days=FIRST_REPORT_AT_LATEST_DAYS)),
            "final_report_by": str(day + dt.timedelta(days=FINAL_REPORT_DAYS)),
            "final_report_by_if_meant": str(day + dt.timedelta(days=FINAL_REPORT_DAYS_IF_MEANT)),
        }

    @property
    def must_be_reported(self) -> dict[str, bool]:
        return {
            "special_care_data_of_at_least_one_person": self.numbers["residents_special_care"] > 0,
            "more_than_100_people": self.numbers["residents"] > MANY_PEOPLE,
        }


def find_breach(scope: Scope, *, discovered_at: dt.datetime) -> Breach:
    """Read the log and put names to its ids. Must run as the owner: nobody else reads all of this.

    A read of the household as a whole concerns everybody in it, so they all count as residents.
    """
    entries = list(AuditEntry.objects.filter(scope.condition).order_by("number"))
    with translation.override("ja"):
        names = _Names(entries)
        breach = Breach(scope, discovered_at, rows=[names.row(entry) for entry in entries])
    people = {person for entry in entries for person in names.residents(entry)}
    special = {person for entry in entries if entry.item in SPECIAL_CARE for person in names.residents(entry)}
    breach.numbers = {
        "rows": len(entries),
        "reads": len({(entry.request_id, entry.verb) for entry in entries}),
        "cases": len({entry.case_id for entry in entries if entry.case_id}),
        "residents": len(people),
        "residents_special_care": len(special),
        "accounts": len({entry.user_id for entry in entries}),
        "rows_listed_without_ids": sum(int(entry.detail.get("shown", 0)) for entry in entries),
    }
    breach.by_item = {
        item.value: len({p for entry in entries if entry.item == item for p in names.residents(entry)})
        for item in Item
    }
    return breach


@transaction.atomic
def write_breach(breach: Breach, folder: Path) -> list[Path]:
    """Write CSV and JSON, readable for whoever runs this and nobody else, and log that it was done."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = f"breach-{timezone.localtime():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
    table, facts = folder / f"{stem}.csv", folder / f"{stem}.json"
    with _new_file(table, encoding="utf-8-sig", newline="") as file:
        write_table(file, COLUMNS, breach.rows)
    about = {key: str(value) if value is not None else None for key, value in vars(breach.scope).items()}
    told = {
        "about": about,
        "numbers": breach.numbers,
        "residents_by_item": breach.by_item,
        "must_be_reported": breach.must_be_reported,
        "deadlines": breach.deadlines,
    }
    with _new_file(facts, encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
    record(
        None, "breach_file_made", None, case=breach.scope.case_id, detail={"about": about, **breach.numbers}
    )
    return [table, facts]


def _new_file(path: Path, **how: Any) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", **how)


class _Names:
    """Names for the ids of the log, fetched once for all rows."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        listed = list(entries)
        cases = {entry.case_id for entry in listed if entry.case_id}
        self.users = get_user_model().objects.in_bulk({entry.user_id for entry in listed if entry.user_id})
        self.agencies = Agency.objects.in_bulk({entry.agency_id for entry in listed if entry.agency_id})
        self.cases = dict(Case.objects.filter(pk__in=cases).values_list("pk", "number"))
        self.people: dict[uuid.UUID, str] = {}
        self.of_case: dict[uuid.UUID, set[uuid.UUID]] = {}
        for key, case, name in Person.objects.filter(case__in=cases).values_list("pk", "case_id", "name"):
            self.people[key] = name
            self.of_case.setdefault(case, set()).add(key)

    def residents(self, entry: AuditEntry) -> set[uuid.UUID]:
        if entry.person_id:
            return {entry.person_id}
        return self.of_case.get(entry.case_id, set()) if entry.case_id and entry.item else set()

    def row(self, entry: AuditEntry) -> tuple[str, ...]:
        user = self.users.get(entry.user_id) if entry.user_id else None
        agency = self.agencies.get(entry.agency_id) if entry.agency_id else None
        role = ROLES.get(entry.role)
        return (
            f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
            f"{entry.at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}",
            user.get_username() if user else "",
            name_of(user) if user else "",
            agency.name if agency else "",
            str(role.label) if role else entry.role,
            str(HOW.get(entry.verb, _("一覧で見た") if entry.verb == "listed" else entry.verb)),
            self.cases.get(entry.case_id, "") if entry.case_id else "",
            self._whom(entry),
            str(Item(entry.item).label) if entry.item else "",
            basis_name(entry.basis) if entry.basis else "",
            entry.address or "",
            str(entry.request_id or ""),
            str(entry.number),
            str(entry.detail.get("shown", "")),
        )

    def _whom(self, entry: AuditEntry) -> str:
        if entry.person_id:
            return self.people.get(entry.person_id, str(entry.person_id))
        return _("世帯全体") if entry.case_id and entry.item else ""
