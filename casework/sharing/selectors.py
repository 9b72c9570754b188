"""The door. Case content is read from here and nowhere else.

Each function narrows by who asks, in the query itself; row-level security says the same once more below.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, QuerySet

from permissions.agencies.models import Agency, Membership
from permissions.viewer import Viewer

from .models import Block, HasLiveLine, NotBlocked, NotHidden, Recall, SamePerson, Share, ShareLine

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.households.models import Person

AGENCY_ROLE = "agency_staff"


def lines_reaching(viewer: Viewer) -> QuerySet[ShareLine]:
    """Return the lines that hold now for the acting agency; none for a role that reads no cases."""
    if not viewer.membership.role_rights.reads_cases:
        return ShareLine.objects.none()
    return ShareLine.objects.live().filter(NotBlocked("case"), agency=viewer.agency)


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """Return the cases this viewer may know of, unordered; the whole case list of the center's duty."""
    cases: QuerySet[Case] = apps.get_model("casework", "Case").objects.filter(NotBlocked("pk"))
    if viewer.sees_all_cases:
        return cases
    return cases.filter(Exists(lines_reaching(viewer).filter(case=OuterRef("pk"))))


def labelled_for(viewer: Viewer, model: type[Any]) -> QuerySet[Any]:
    """Return the rows of a labelled model that a line with the same label reaches, unordered."""
    rows = model.objects.filter(NotBlocked("case"))
    if model.MAY_BE_HIDDEN:
        rows = rows.filter(NotHidden("pk"))
    if viewer.sees_all_cases:
        return rows
    return rows.filter(model.open_to(viewer.agency), Exists(_lines_with_label_of(viewer, person="person")))


def persons_for(viewer: Viewer) -> QuerySet[Person]:
    """Return the people whose basics this viewer may see, unordered."""
    persons: QuerySet[Person] = apps.get_model("casework", "Person").objects.filter(NotBlocked("case"))
    if viewer.sees_all_cases:
        return persons
    return persons.filter(Exists(_lines_with_label_of(viewer, person="pk")))


def _lines_with_label_of(viewer: Viewer, *, person: str) -> QuerySet[ShareLine]:
    return lines_reaching(viewer).filter(
        SamePerson(F("person"), OuterRef(person)), case=OuterRef("case"), item=OuterRef("item")
    )


def envelopes_for(viewer: Viewer) -> QuerySet[Share]:
    """Return the acting agency's open envelopes that have a live line: its case list, by its own sort key."""
    if not viewer.membership.role_rights.reads_cases:
        return Share.objects.none()
    return Share.objects.filter(
        HasLiveLine("pk"), NotBlocked("case"), agency=viewer.agency, closed_at__isnull=True
    ).order_by("-last_visible_change_at", "-case")


def reaches(viewer: Viewer, *, case_id: uuid.UUID, person_id: uuid.UUID | None, item: str) -> bool:
    """Return whether this viewer may see this label now."""
    if viewer.sees_all_cases:
        return cases_for(viewer).filter(pk=case_id).exists()
    return lines_reaching(viewer).filter(case=case_id, person=person_id, item=item).exists()


def lines_to(
    agency: Agency, *, case_id: uuid.UUID, person_id: uuid.UUID | None, item: str
) -> QuerySet[ShareLine]:
    """Return the lines of this agency that hold now for this label; for the center, before it gives a role."""
    return ShareLine.objects.live().filter(agency=agency, case=case_id, person=person_id, item=item)


def anybody_of(agency: Agency) -> Viewer:
    """Return somebody of an agency who reads cases: nobody in particular, since a share is the agency's.

    For asking the door what an agency reaches. The database is still asked by whoever is really there.
    """
    member = Membership(agency=agency, role=AGENCY_ROLE)
    return Viewer(user=User(), membership=member, agency=agency, role=AGENCY_ROLE)


def readers_of(viewer: Viewer, case: Case) -> dict[tuple[uuid.UUID | None, str], list[Agency]]:
    """Return which agencies beside the center read what is written under each label now; for the center's duty.

    Asked at the door that the agencies themselves come through, in the order of their names.
    """
    if not viewer.sees_all_cases:
        return {}
    shut_out = Block.objects.filter(case=case, agency__isnull=False, lifted_at__isnull=True)
    shown = ShareLine.objects.live().filter(case=case)
    # A block is the database's word about whoever asks it, which is the center here; so blocks are looked up.
    agencies = Agency.objects.open().filter(pk__in=shown.values("agency"))
    readers: dict[tuple[uuid.UUID | None, str], list[Agency]] = {}
    for agency in agencies.exclude(pk__in=shut_out.values("agency")).order_by("name"):
        lines = lines_reaching(anybody_of(agency)).filter(case=case)
        for label in lines.values_list("person", "item").distinct():
            readers.setdefault(label, []).append(agency)
    return readers


def ledger_of(viewer: Viewer, case: Case) -> QuerySet[ShareLine]:
    """Return every line of a case, open and ended, newest first; for the center's duty only."""
    if not viewer.sees_all_cases:
        return ShareLine.objects.none()
    return (
        ShareLine.objects.filter(NotBlocked("case"), case=case)
        .select_related("agency", "added_by__user", "ended_by__user", "approver__user", "end")
        .order_by("-added_at", "agency", "item", "pk")
    )


def recalls_for(viewer: Viewer) -> QuerySet[Recall]:
    """Return what was taken back from the acting agency, with its answer, newest first; of all agencies for the center.

    An agency reads these although it may no longer know of the case: number and items, nothing else.
    """
    recalls = Recall.objects.filter(NotBlocked("case")).select_related("agency", "answer__answered_by__user")
    if viewer.sees_all_cases:
        return recalls.order_by("-told_at", "-pk")
    if not viewer.membership.role_rights.reads_cases:
        return recalls.none()
    return recalls.filter(agency=viewer.agency).order_by("-told_at", "-pk")
