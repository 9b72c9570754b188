"""The short cases of the demo (domain.md 10.F), loaded by the actions that the screens use."""

import pytest

from casework.cases.models import Case
from casework.demo_people import viewer
from casework.demo_short import load_short
from casework.households.models import Household, Person
from casework.intake.models import Contact
from casework.notices.models import NoticeReply, StatutoryNotice
from casework.referrals.models import Referral
from casework.referrals.selectors import case_referrals_for
from casework.sharing.models import ShareLine
from permissions import demo as people_demo
from permissions.walls.context import acting_for

pytestmark = pytest.mark.slow


@pytest.fixture
def short(wearing):
    """The four cases, seen by the chief through the walls."""
    people_demo.load()
    load_short()
    chief = viewer("chief")
    with wearing("app_web"), acting_for(chief):
        yield chief


def test_short_cases_end_as_the_field_says(short):
    sold, moved = (Case.objects.get(pk=row.case_id) for row in Household.objects.order_by("name"))
    assert [(case.stage, case.flow, case.holder.code) for case in (sold, moved)] == [
        ("flow1_confirmed", "flow1", "shohi"), ("closed", "flow1", "tonari"),
    ]  # fmt: skip

    # F1: sent, accepted and met on one day.
    (referral,) = case_referrals_for(short, sold)
    assert [answer.kind for answer in referral.answers] == ["accepted", "first_contact"]
    assert {referral.row.sent_at.date(), *(answer.said_at.date() for answer in referral.answers)} == {
        referral.row.sent_at.date()
    }
    # F4: nothing of what was shown stands.
    assert not ShareLine.objects.live().filter(case=moved).exists()
    assert ShareLine.objects.filter(case=moved).count() == 4


def test_advice_and_notice_name_nobody(short):
    advice = Contact.objects.get(kind="advice")
    crying = Contact.objects.get(is_informant_hidden=True)

    assert (advice.state, advice.case_id) == ("closed", None)
    assert (crying.speaker, crying.route, crying.reply_to, crying.referrer_name) == (
        "unknown",
        "not_asked",
        "",
        "",
    )
    assert (crying.urgency, crying.case_id) == ("A", None)
    assert [StatutoryNotice.objects.get().contact_id, NoticeReply.objects.get().notice.contact_id] == [
        crying.pk
    ] * 2
    assert (Person.objects.count(), Referral.objects.count()) == (2, 2)
