"""The numbers of a closed month as they are kept, next to counting everything anew: the same query, behind the same walls."""

import uuid
from collections import Counter
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from casework.reports.actions import count_and_keep
from casework.reports.models import MonthClose
from casework.reports.months import Month
from casework.reports.selectors import Cells, kept_for
from casework.reports.sql import JOB
from permissions.viewer import Viewer
from permissions.walls.context import clock
from tests.bench import city, databases
from tests.bench.measure import Comparison, Disagreement, Goal, Side
from tests.bench.questions import MILLION, Desk

GOAL = Goal("at_most", 1 / 30)
WISH = Goal("at_most", 1 / 30, binds=False)

# One contact for each case, on the day on which it was opened, about one or two things.
CONTACTS = """
INSERT INTO casework_contact (id, number, received_at, channel, kind, route, speaker, referrer_type, referrer_name,
    is_informant_hidden, ward, one_line, reply_to, urgency, signs, is_flagged, state, language, answers, form_title, case_id, recorded_at)
SELECT md5('approach:' || c.id)::uuid, 'S-' || c.number, c.opened_at,
       (ARRAY['phone', 'window', 'web'])[1 + ('x' || left(c.id::text, 4))::bit(16)::int % 3], 'consultation',
       (ARRAY['self_visit', 'family_remote', 'agency'])[1 + ('x' || left(c.id::text, 4))::bit(16)::int / 3 % 3],
       'self', '', '', false, '', '見本', '', 'D', '[]', false, 'case', 'ja', '[]', '', c.id, c.opened_at
  FROM casework_case c
"""
TOPICS = """
INSERT INTO casework_contacttopic (id, contact_id, topic, is_primary)
SELECT md5('topic:' || k.id || ':' || j)::uuid, k.id,
       (ARRAY['debt', 'housing', 'care', 'health', 'family'])[1 + (('x' || left(k.id::text, 4))::bit(16)::int + j) % 5], false
  FROM casework_contact k, generate_series(0, ('x' || right(k.id::text, 2))::bit(8)::int % 2) j
"""
ANEW = """
SELECT f.code, g.dimension, g.cell, count(*)
  FROM casework_month_facts(NULL, %s, %s, %s) f,
       LATERAL (SELECT '' AS dimension, '' AS cell UNION ALL SELECT d.key, v.value
                  FROM jsonb_each(f.groups) d, jsonb_array_elements_text(d.value) v) g
 WHERE f.case_id IS NULL OR NOT (f.case_id = ANY ((SELECT wall_blocked())::uuid[]))
 GROUP BY f.code, g.dimension, g.cell
"""


def numbers_of(desk: Desk) -> Iterator[Comparison]:
    """Yield the comparison for the center. Raises Disagreement where a month holds nothing."""
    month = prepare(desk)
    viewer, inside = desk.viewers[city.CENTER], desk.inside(city.CENTER)
    kept = Side("kept", inside, lambda: kept_cells(viewer, month))
    grouped = Side("GROUP BY", inside, lambda: cells_anew(month))
    goal = GOAL if desk.cases >= MILLION else WISH
    yield Comparison("numbers of a month", city.CENTER, desk.size, kept, grouped, goal)


def prepare(desk: Desk) -> Month:
    """Let contacts have come, and close last month; both once for each database."""
    month = Month.of(timezone.localdate()).before
    with databases.as_default(desk.owner), connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM casework_contact)")
        if cursor.fetchone() == (False,):
            # Whether each code is in its list has been asked often enough.
            for what in ("DISABLE", "ENABLE"):
                for table in ("casework_contact", "casework_contacttopic"):
                    cursor.execute(f"ALTER TABLE {table} {what} TRIGGER USER")
                for words in (CONTACTS, TOPICS) if what == "DISABLE" else ():
                    cursor.execute(words)
            cursor.execute("VACUUM ANALYZE casework_contact, casework_contacttopic")
    with databases.as_default(desk.web), clock(JOB):
        if not MonthClose.objects.filter(month=month.first_on).exists():
            count_and_keep(month, key=uuid.uuid4())
    with databases.as_default(desk.owner), connection.cursor() as cursor:
        cursor.execute("ANALYZE casework_monthclose, casework_monthfact, casework_monthcount")
    return month


def kept_cells(viewer: Viewer, month: Month) -> Cells:
    (kept,) = kept_for(viewer, month)
    if not kept.cells["contacts", "", ""]:
        raise Disagreement("nobody came in the month that is measured")
    return kept.cells


def cells_anew(month: Month) -> Cells:
    with connection.cursor() as cursor:
        cursor.execute(ANEW, [month.first_on, month.next.first_on, month.working_days()])
        return Counter({(code, dimension, cell): count for code, dimension, cell, count in cursor.fetchall()})
