"""Parts from before the details were columns say that nobody asked, and nobody's list moves; the way back keeps the rest."""

import os

import pytest

from casework.assessments.choices import FACTS, facts_of
from casework.assessments.models import AssessmentPart
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.casework.test_assessments import everything, write
from tests.casework.test_note_migrations import LISTS, _newest, _rows, migrate  # noqa: F401 -- a fixture
from tests.worlds import World

# Minutes, and of migrations that no change touches any more.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "nightly", reason="by night"),
]
BEFORE = "0109_relations_after_versions"
SLEEPING = """
SELECT tgname FROM pg_trigger
 WHERE tgrelid = 'casework_assessmentpart'::regclass AND NOT tgisinternal AND tgenabled <> 'O'
"""


def test_parts_go_back_and_come_again_as_not_asked(migrate, as_owner):  # noqa: F811
    world = World()
    home, by = world.hazuki, world.coordinator
    world.share(home, world.anshin, Label(home.mother.pk, "assessment"))
    written = {
        section: write(world, by, section, "見本", **everything(section)).pk
        for section in ("voice", "family", "home", "health", "money", "work")
    }
    before = _rows(as_owner, LISTS)

    migrate(BEFORE)
    columns = _rows(
        as_owner,
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'casework_assessmentpart'",
    )
    migrate(_newest())

    assert not {name for (name,) in columns} & {name for name, fact in FACTS.items() if fact.is_more}
    assert {name for (name,) in columns} >= {name for name, fact in FACTS.items() if not fact.is_more}
    assert _rows(as_owner, LISTS) == before
    assert _rows(as_owner, SLEEPING) == []
    with acting_for(by):
        for section, key in written.items():
            part, told = AssessmentPart.objects.get(pk=key), everything(section)
            assert part.text == "見本"
            assert {name: getattr(part, name) for name in facts_of(section)} == {
                name: FACTS[name].unasked if FACTS[name].is_more else told[name] for name in told
            }
