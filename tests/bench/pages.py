"""The page of a case with 200 notes, as a signed-in person gets it, in a large database against a small one.

The whole request counts: session, who is asking, the door, the policies, the log's row, the template.
"""

from collections.abc import Iterator
from functools import partial

from django.test import Client

from casework.notes.models import Note
from permissions.agencies.models import Membership
from permissions.walls.context import acting_for
from tests.bench import city, databases, questions
from tests.bench.measure import Comparison, Disagreement, Goal, Side
from tests.bench.questions import Desk
from tests.bench.writes import BACKEND
from tests.statements import Asked

READERS = (city.BIGGEST, city.MIDDLE, city.TINY, city.CENTER)
# Issue of the case page: at most 1.2 times and 12 statements, however many cases there are.
GROWTH_GOAL = Goal("at_most", 1.2)
MOST_STATEMENTS = 12
A_NOTE = "m-timeline__head"


def pages_of(small: Desk, large: Desk) -> Iterator[Comparison]:
    """Yield one comparison per reader. Raises Disagreement where a page asks too often or the case is not the long one."""
    for code in READERS:
        large_side, small_side = (_side(desk, code) for desk in (large, small))
        size = f"{large.size} / {small.size}"
        yield Comparison("page of a case", code, size, large_side, small_side, GROWTH_GOAL)


def _side(desk: Desk, code: str) -> Side:
    client = Client(headers={"host": "localhost"})
    with databases.as_default(desk.web):
        member = Membership.objects.select_related("user").get(agency__code=code)
        client.force_login(member.user, backend=BACKEND)
        with acting_for(desk.viewers[code]):
            case = questions.longest_case(desk.viewers[code])
            count = Note.objects.filter(case=case).count()
        if count <= questions.NOTES_SHOWN:
            raise Disagreement(f"{code}, {desk.size}: the longest case has {count} notes")
        page = partial(_notes_of_page, client, f"/casework/cases/{case.pk}/")
        page()
        with Asked(desk.web) as asked:
            page()
    if len(asked.statements) > MOST_STATEMENTS:
        raise Disagreement(f"{code}, {desk.size}: the page of a case asks {len(asked.statements)} times")
    return Side(desk.size, partial(databases.as_default, desk.web), page)


def _notes_of_page(client: Client, path: str) -> int:
    response = client.get(path)
    if response.status_code != 200:
        raise Disagreement(f"{path}: {response.status_code}")
    return response.content.decode().count(A_NOTE)
