"""Reading assessments, narrowed by who asks."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from casework.codes.selectors import label_of
from casework.concealment.models import Concealment
from casework.households.selectors import name_by
from casework.issues.selectors import seen_issues_for
from casework.relations.models import Group
from casework.relations.selectors import (
    by_kind,
    last_noted_by,
    placed_relations_for,
    standing_relations_for,
)
from casework.rounds import Steps, in_rounds
from casework.sharing.models import NotBlocked
from casework.sharing.selectors import labelled_for, lines_reaching, persons_for
from casework.versions import Change, Said, changes_of
from permissions.agencies.models import Agency
from permissions.viewer import Viewer

from .choices import Section, facts_of
from .facts import facts_now_for
from .labels import item_of
from .models import (
    TELLS_A_PLACE,
    Asked,
    AssessedFact,
    AssessedPart,
    Assessment,
    AssessmentPart,
    question,
)

if TYPE_CHECKING:
    from casework.cases.models import Case

CENTER = "center"
CENTER_WORDS = _("センター")
Key = tuple[uuid.UUID | None, str, Any]


@dataclass
class Block:
    """One section of the sheet and what stands in it."""

    section: str
    label: str
    parts: list[AssessmentPart]


@dataclass
class AssessmentView:
    """A fixed version as one viewer sees it. ``relations``: those that held when it was fixed; ``ended``: those that were over."""

    assessment: Assessment
    parts: list[AssessmentPart]
    facts: list[AssessedFact]
    is_newest: bool
    relations: list[Any]
    ended: list[Any]


@dataclass
class Known:
    """What stands now and would be fixed: what is written, what is known of the household, not saved, and its relations."""

    parts: list[AssessmentPart]
    facts: list[AssessedFact]
    relations: list[Any]


@dataclass
class About:
    """What a version, or what stands now, says of one person, or of the household as a whole."""

    who: str
    facts: list[AssessedFact]


@dataclass
class Writable:
    """Of whom somebody may write now, and which sections."""

    person_id: uuid.UUID | None
    sections: list[Section]
    who: str = ""


def whose(agency: Agency) -> Any:
    """Return who an agency writes for: the organizations of the center are one."""
    return CENTER if agency.is_center else agency.pk


def parts_for(viewer: Viewer) -> QuerySet[AssessmentPart]:
    """Return what was ever written that reaches the viewer, the earliest first."""
    parts: QuerySet[AssessmentPart] = labelled_for(viewer, AssessmentPart)
    return parts.select_related("agency", "written_by__user").order_by("written_at", "sequence", "pk")


def current_parts_for(viewer: Viewer, case: Case) -> list[AssessmentPart]:
    """Return what each agency says now in each section about each, as far as it reaches the viewer."""
    latest: dict[Key, AssessmentPart] = {}
    for part in parts_for(viewer).filter(case=case):
        latest[_key(part)] = part
    return list(latest.values())


def known_for(viewer: Viewer, case: Case) -> Known:
    """Return what would be fixed now: for whoever fixes, who sees all of it."""
    return Known(
        current_parts_for(viewer, case), facts_now_for(viewer, case), standing_relations_for(viewer, case)
    )


def _key(part: AssessmentPart) -> Key:
    return part.person_id, part.section, whose(part.agency)


def own_parts_for(
    viewer: Viewer, case: Case, *, person_id: uuid.UUID | None, section: str
) -> list[AssessmentPart]:
    """Return what the viewer's own side wrote there, the latest first: it holds, the others were before it."""
    written = parts_for(viewer).filter(case=case, person=person_id, section=section)
    mine = whose(viewer.agency)
    return [part for part in written if whose(part.agency) == mine][::-1]


def blocks_of(parts: Iterable[AssessmentPart], order: dict[uuid.UUID | None, int]) -> list[Block]:
    """Return parts by section in the order of the sheet, in each by person, the center first. Empty sections are left out."""
    found = defaultdict(list)
    for part in parts:
        found[part.section].append(part)
    last = len(order)
    return [
        Block(
            section.value,
            str(section.label),
            sorted(
                found[section],
                key=lambda part: (
                    order.get(part.person_id, last), not part.agency.is_center, part.agency.name, str(part.person_id),
                ),
            ),
        )
        for section in Section
        if found[section]
    ]  # fmt: skip


def household_order_for(viewer: Viewer, case: Case) -> dict[uuid.UUID | None, int]:
    """Return the place of each person on the sheet: the household as a whole first."""
    known = persons_for(viewer).filter(case=case).order_by("position", "pk").values_list("pk", flat=True)
    return {key: place for place, key in enumerate([None, *known])}


def writable_for(viewer: Viewer, case: Case) -> list[Writable]:
    """Return of whom, and in which sections, the viewer may write now: what is shared with them now, for the center all."""
    if not viewer.may("casework.assess"):
        return []
    names = dict(persons_for(viewer).filter(case=case).order_by("position", "pk").values_list("pk", "name"))
    if viewer.sees_all_cases:
        found = [Writable(key, list(Section)) for key in (None, *names)]
    else:
        labels = set(lines_reaching(viewer).filter(case=case).values_list("person_id", "item"))
        people = sorted({person for person, _item in labels}, key=lambda key: _place(names, key))
        found = [
            Writable(key, [each for each in Section if (key, item_of(each)) in labels]) for key in people
        ]
    return name_by(names, [each for each in found if each.sections])


def _place(names: dict[uuid.UUID, str], key: uuid.UUID | None) -> tuple[int, str]:
    if key is None:
        return (-1, "")
    return (list(names).index(key) if key in names else len(names), str(key))


def assessments_for(viewer: Viewer) -> QuerySet[Assessment]:
    """Return the fixed versions of which this viewer sees a part, unordered; for the center's duty all."""
    rows = Assessment.objects.filter(NotBlocked("case")).select_related("fixed_by__user")
    if viewer.sees_all_cases:
        return rows
    return rows.filter(Exists(_links_for(viewer).filter(assessment=OuterRef("pk"))))


def _links_for(viewer: Viewer) -> QuerySet[AssessedPart]:
    return AssessedPart.objects.filter(part__in=labelled_for(viewer, AssessmentPart))


def _facts_for(viewer: Viewer) -> QuerySet[AssessedFact]:
    """The facts of the versions that somebody knows of; none that names a sealed issue or tells a concealed place."""
    hides = Concealment.objects.filter(case=OuterRef("case"), lift__isnull=True)
    no_place = ~Q(asked__in=TELLS_A_PLACE) | ~Exists(hides)
    seen_issues = seen_issues_for(viewer)
    rows: QuerySet[AssessedFact] = labelled_for(viewer, AssessedFact)
    return rows.filter(
        no_place, Q(issue=None) | Q(issue__in=seen_issues), assessment__in=assessments_for(viewer)
    )


@in_rounds
def assessment_views_for(viewer: Viewer, case: Case) -> Steps[list[AssessmentView]]:
    """Return the fixed versions of a case, the newest first, each with the parts, facts and relations that reach the viewer."""
    rows, links, facts, relations = yield [
        assessments_for(viewer).filter(case=case).order_by("-version"),
        _links_for(viewer)
        .filter(case=case)
        .select_related("part__agency", "part__written_by__user")
        .order_by("part__written_at", "part__sequence", "part"),
        _facts_for(viewer).filter(case=case).select_related("issue").order_by("position"),
        placed_relations_for(viewer, case),
    ]
    parts, kept = defaultdict(list), defaultdict(list)
    for link in links:
        parts[link.assessment_id].append(link.part)
    for fact in facts:
        kept[fact.assessment_id].append(fact)
    views = []
    for row in rows:
        last = by_kind(last_noted_by(relations, row.fixed_at))
        views.append(
            AssessmentView(
                row, parts[row.pk], kept[row.pk], is_newest=row is rows[0],
                relations=[each for each in last if not each.ended_on], ended=[each for each in last if each.ended_on],
            )
        )  # fmt: skip
    return views


def household_of(facts: Iterable[AssessedFact]) -> list[About]:
    """Return what is said of the household and of each of its people, in their order. The facts know ``who`` they are about."""
    found: dict[Any, About] = {}
    for fact in facts:
        row: Any = fact
        if not fact.issue_id:
            found.setdefault(fact.person_id, About(row.who, [])).facts.append(fact)
    return list(found.values())


def issues_of(facts: Iterable[AssessedFact]) -> list[AssessedFact]:
    """Return the issues, the heaviest first and those that are over last."""
    return [fact for fact in facts if fact.issue_id]


def changes_between(before: AssessmentView, after: AssessmentView) -> list[Change]:
    """Compare two versions field by field, in the order of the sheet.

    Their rows know ``who`` they are about, their relations the names of both.
    """
    headings = [str(asked.label) for asked in Asked if asked != Asked.ISSUE]
    headings += [_heading_of_relation(group) for group in Group]
    headings += [heading for view in (after, before) for heading, _who, _words in _said_of_issues(view)]
    headings += [heading for section in Section for heading in _headings(section)]
    return changes_of(
        dict.fromkeys(headings),
        [*_said_of_relations(before.relations), *_said(before)],
        [*_said_of_relations([*after.relations, *ended_between(before, after)]), *_said(after)],
    )


def ended_between(before: AssessmentView, after: AssessmentView) -> list[Any]:
    """Return the relations of which was written between two versions that they are over."""
    return [row for row in after.ended if row.noted_at > before.assessment.fixed_at]


def _heading_of_relation(group: str) -> str:
    return gettext("関係 %(group)s") % {"group": Group(group).label}


def _said_of_relations(rows: Iterable[Any]) -> list[Said]:
    """One entry each, also of those that are over, with their last day."""
    found: list[Said] = []
    for row in rows:
        days = ((gettext("いつから"), row.since_on), (gettext("終わった日"), row.ended_on))
        words = [
            gettext("%(one)sさんは、%(other)sさんの「%(kind)s」")
            % {"one": row.one_name, "other": row.other_name, "kind": row.get_kind_display()},
            *(pgettext("after a name", "：").join((asked, day.isoformat())) for asked, day in days if day),
            row.more,
        ]
        who = gettext("%(one)sと%(other)s") % {"one": row.one_name, "other": row.other_name}
        found.append((_heading_of_relation(row.group), who, "\n".join(filter(None, words))))
    return found


def _headings(section: Section) -> list[str]:
    return [f"{section.label} {question(name)}" for name in facts_of(section)] + [str(section.label)]


def _said(view: AssessmentView) -> list[Said]:
    """Whose words they are is said with whom they are about: agencies do not answer for each other."""
    found: list[Said] = []
    for fact in view.facts:
        of: Any = fact
        if not fact.issue_id:
            found.append((str(Asked(fact.asked).label), of.who, fact.answer))
    found += _said_of_issues(view)
    for part in view.parts:
        row: Any = part
        wrote = CENTER_WORDS if part.agency.is_center else part.agency.name
        whose_words = gettext("%(who)s（%(agency)sの記入）") % {"who": row.who, "agency": wrote}
        heading = str(Section(part.section).label)
        found += [(f"{heading} {asked}", whose_words, answer) for asked, answer in part.told_facts]
        if part.text:
            found.append((heading, whose_words, part.text))
    return found


def _said_of_issues(view: AssessmentView) -> list[Said]:
    found: list[Said] = []
    for fact in issues_of(view.facts):
        row: Any = fact
        name = f"{Asked.ISSUE.label} {label_of('issue', row.issue.code)}"
        found += [(f"{name} {asked}", row.who, answer) for asked, answer in row.issue.told]
    return found
