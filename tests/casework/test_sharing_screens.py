"""The screens of sharing: what they offer, say, do and refuse; one after the other as a coordinator or chief."""

import datetime as dt
import html
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.consent.actions import ConsentDraft, Exclusion, record_consent
from casework.sharing.actions import Ground, Label, block, share_items
from casework.sharing.forms import BlockForm, ShareForm, label_key, parse_label
from casework.sharing.items import CHOSEN_ITEMS
from casework.sharing.models import Block, ShareLine
from permissions.agencies.actions import close_agency, end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db
ALWAYS = {"consent", "law", "shien_kaigi", "youtaikyo", "other_council"}


@pytest.fixture
def chief(world):
    client = Client()
    sign_in(client, world.chief)
    return client


def url(world, name, *more):
    return reverse(f"casework:{name}", args=[world.hazuki.case.pk, *more])


def told(response):
    """Return the words in the banner of the page that follows."""
    return [
        html.unescape(text) for text in re.findall(r'm-banner[^"]*"><p>(.*?)</p>', response.content.decode())
    ]


def lines(world, **which):
    with acting_for(world.chief):
        return list(ShareLine.objects.filter(**which).select_related("end").order_by("added_at", "pk"))


def valid(world, *labels, **values):
    return {
        "agency": world.anshin.pk,
        "labels": [label_key(label) for label in labels]
        or [label_key(Label(world.hazuki.mother.pk, "basic"))],
        "basis": "consent",
        "evidence": "2026-11-20 書面",
        **values,
    }


def share_form(world, data, **words):
    return ShareForm(data, giver=world.center, receiver=world.anshin, **words)


# --- Labels as words of a form --------------------------------------------------------------------------


def test_labels_go_to_the_form_and_come_back():
    person = uuid.uuid4()

    for label in (Label(person, "money"), Label(None, "roles")):
        assert parse_label(label_key(label)) == label
    assert label_key(Label(None, "roles")) == "household:roles"
    for wrong in (
        "household",
        "household:",
        "household:all",
        f"{person}:",
        "x:basic",
        ":basic",
        f"{person}:basic:x",
    ):
        with pytest.raises(ValueError, match=r".*"):
            parse_label(wrong)


# --- Sharing --------------------------------------------------------------------------------------------


def test_form_offers_open_partners_everybody_of_the_case_and_living_chiefs(world):
    second_chief = make_viewer("chief2", world.center_itaku, "chief")
    gone = make_viewer("chief3", world.center, "chief")
    end_membership(gone.membership, by=None)
    make_viewer("odd", world.anshin, "agency_admin")
    close_agency(world.kenko, by=None)
    people = [(world.hazuki.mother.pk, "葉月原母"), (world.hazuki.son.pk, "葉月原息子")]

    form = share_form(world, {"labels": [f"{world.hazuki.mother.pk}:basic", "household:plan"]}, people=people)

    assert set(form.fields["agency"].queryset) == {world.anshin, world.jiritsu, world.other}
    assert set(form.fields["approver"].queryset) == {world.chief.membership, second_chief.membership}
    assert form.fields["approver"].label_from_instance(second_chief.membership) == "chief2"
    groups = [
        (group.name, [(box["value"], str(box["name"]), box["is_ticked"]) for box in group.boxes])
        for group in form.label_groups()
    ]
    keys = [("世帯全体", "household"), *((name, str(pk)) for pk, name in people)]
    ticked = {f"{world.hazuki.mother.pk}:basic", "household:plan"}
    assert groups == [
        (
            name,
            [
                (f"{key}:{item.value}", str(item.label), f"{key}:{item.value}" in ticked)
                for item in CHOSEN_ITEMS
            ],
        )
        for name, key in keys
    ]
    assert [choice for choice, _item in form.fields["labels"].choices] == [
        f"{key}:{item}" for _name, key in keys for item in CHOSEN_ITEMS
    ]
    empty = share_form(world, None, people=people)
    assert not any(box["is_ticked"] for group in empty.label_groups() for box in group.boxes)


def test_form_asks_for_what_is_missing(world):
    today = timezone.localdate()

    def wrong(**values):
        form = share_form(world, {**valid(world), **values}, people=[(world.hazuki.mother.pk, "母")])
        return {name: [str(error) for error in errors] for name, errors in form.errors.items()}

    more = "この根拠は臨時のものなので、ここも必要です。"
    assert wrong() == {}
    assert wrong(until=today) == {}
    assert wrong(until=today - dt.timedelta(days=1)) == {"until": ["過ぎた日は選べません。"]}
    assert wrong(labels=[]) == {"labels": ["見せる項目を1つ以上選んでください。"]}
    assert wrong(basis="clear_benefit") == {"approver": [more], "until": [more]}
    assert wrong(basis="clear_benefit", until=today) == {"approver": [more]}
    assert wrong(basis="clear_benefit", until=today, approver=world.chief.membership.pk) == {}
    # One message a field is enough.
    assert wrong(
        basis="clear_benefit", until=today - dt.timedelta(days=1), approver=world.chief.membership.pk
    ) == {"until": ["過ぎた日は選べません。"]}
    assert set(wrong(basis="emergency")) == {"basis"}
    assert set(wrong(evidence="長" * 301)) == {"evidence"}
    assert wrong(evidence="長" * 300) == {}


def test_page_offers_the_people_of_this_case_in_their_order(world, chief):
    first = chief.get(url(world, "share_add"))
    response = chief.get(url(world, "share_add"), {"agency": world.anshin.pk})

    assert (first.status_code, first.templates[0].name) == (200, "casework/share_agency.html")
    assert (response.status_code, response.templates[0].name) == (200, "casework/share_add.html")
    form = response.context["form"]
    assert form.people[1:] == [(world.hazuki.mother.pk, "葉月原母"), (world.hazuki.son.pk, "葉月原息子")]
    assert str(form.people[0][1]) == "世帯全体"
    assert not form.is_bound
    assert world.hazuki.case.number in response.content.decode()


def test_sharing_by_the_form(world, chief):
    mother = world.hazuki.mother
    until = timezone.localdate() + dt.timedelta(days=30)
    data = valid(
        world, Label(mother.pk, "basic"), Label(None, "roles"),
        basis="clear_benefit", until=until, approver=world.chief.membership.pk,
    )  # fmt: skip

    looked = chief.post(url(world, "share_add"), data)
    assert (looked.templates[0].name, lines(world)) == ("casework/share_preview.html", [])
    assert (
        looked.content.decode().count("新しく見える") == 1
    )  # nothing is written under the household's roles
    data["confirmed"] = "1"
    response = chief.post(url(world, "share_add"), data, follow=True)

    assert response.redirect_chain == [(url(world, "case"), 302)]
    assert told(response) == ["機関 anshinに2項目を共有しました。"]
    midnight = timezone.make_aware(dt.datetime.combine(until + dt.timedelta(days=1), dt.time.min))
    assert {
        (line.agency_id, line.person_id, line.item, line.basis, line.evidence, line.until, line.approver_id)
        for line in lines(world)
    } == {
        (world.anshin.pk, who, item, "clear_benefit", "2026-11-20 書面", midnight, world.chief.membership.pk)
        for who, item in ((mother.pk, "basic"), (None, "roles"))
    }
    again = chief.post(url(world, "share_add"), data, follow=True)
    assert told(again) == ["機関 anshinには、同じ根拠ですでに共有されています。"]
    assert len(lines(world)) == 2


def test_choosing_again_keeps_everything_typed(world, chief):
    response = chief.post(url(world, "share_add"), valid(world, evidence="書面の同意", again="1"))

    assert (response.templates[0].name, lines(world)) == ("casework/share_add.html", [])
    assert "書面の同意" in response.content.decode()


def test_form_offers_the_bases_that_fit_giver_and_receiver(world):
    def offered(giver, receiver):
        form = ShareForm(None, people=[], giver=giver, receiver=receiver)
        return {code for code, _label in form.fields["basis"].choices} - ALWAYS

    assert offered(world.center, world.anshin) == {"purpose", "clear_benefit"}
    assert offered(world.center, world.kenko) == {"purpose", "internal"}
    assert offered(world.center_itaku, world.anshin) == {"life_safety"}
    assert offered(world.center_itaku, world.kenko) == {"purpose", "life_safety"}


def test_basis_that_does_not_fit_is_refused_whatever_the_form_says(world):
    labels, by = [Label(world.hazuki.mother.pk, "basic")], world.coordinator
    ground = Ground("purpose", "見本")

    with acting_for(by), pytest.raises(NotAllowed) as refusal:
        share_items(world.hazuki.case, agency=world.anshin, labels=labels, ground=ground, by=by)

    assert str(refusal.value) == (
        "「利用目的の範囲内（個人情報保護法61条・69条1項）」は、市の委託先から民間の機関へ見せる根拠になりません。"
    )


def test_what_the_person_does_not_want_shown_needs_a_reason(world, chief):
    mother = world.hazuki.mother
    with acting_for(world.chief):
        never = (Exclusion(world.anshin, "money"),)
        draft = ConsentDraft("pending", dt.date(2026, 11, 20), "見本", exclusions=never)
        record_consent(world.hazuki.case, mother, draft, by=world.chief)
    data = valid(world, Label(mother.pk, "money"), basis="law", confirmed="1")
    page = chief.get(url(world, "share_add"), {"agency": world.anshin.pk}).content.decode()
    assert page.count("見せないでほしい</span>") == 2  # hers, and the household's

    refused = chief.post(url(world, "share_add"), data)
    (said,) = refused.context["form"].non_field_errors()
    assert said.startswith("本人が、この機関に見せないで")
    assert lines(world) == []
    done = chief.post(url(world, "share_add"), {**data, "despite": "命の危険"})

    assert (done.status_code, [line.item for line in lines(world)]) == (302, ["money"])


def test_refusal_of_the_act_is_told_on_the_form_and_keeps_what_was_typed(world, chief):
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.anshin, user_id=None, reason="勤め先", by=world.chief)

    response = chief.post(url(world, "share_add"), valid(world, evidence="書面の同意"))

    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == ["この機関には、このケースの閲覧を禁止しています。"]
    assert "書面の同意" in response.content.decode()
    assert lines(world) == []


def test_ending_a_line_by_its_page(world, chief):
    (line,) = world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "money"))
    (other,) = world.share(world.tomono, world.anshin, Label(None, "basic"))
    address = url(world, "share_end", line.pk)

    page = chief.get(address)
    assert page.templates[0].name == "casework/share_end.html"
    assert (page.context["line"], page.context["form"].is_bound, page.context["case"]) == (
        line, False, world.hazuki.case,
    )  # fmt: skip
    assert chief.get(url(world, "share_end", other.pk)).status_code == 404
    assert chief.get(url(world, "share_end", uuid.uuid4())).status_code == 404
    empty = chief.post(address, {"reason": ""})
    assert (empty.status_code, set(empty.context["form"].errors)) == (200, {"reason"})

    done = chief.post(address, {"reason": "同意の撤回"}, follow=True)
    assert done.redirect_chain == [(url(world, "case"), 302)]
    assert told(done) == ["共有を終えました。この機関からは、もう見えません。"]
    (row,) = lines(world, pk=line.pk)
    assert (row.end.reason, row.ended_by_id) == ("同意の撤回", world.chief.membership.pk)
    late = chief.post(address, {"reason": "もう一度"})
    assert late.context["form"].non_field_errors() == ["この共有は、すでに終わっています。"]


# --- Blocks ---------------------------------------------------------------------------------------------


def test_block_form_offers_partners_and_living_members_and_wants_exactly_one(world):
    gone = make_viewer("gone", world.anshin)
    end_membership(gone.membership, by=None)
    form = BlockForm(None)

    assert set(form.fields["agency"].queryset) == {world.anshin, world.jiritsu, world.kenko, world.other}
    members = list(form.fields["membership"].queryset)
    assert gone.membership not in members
    assert {world.chief.membership, world.anshin_worker.membership} <= set(members)
    assert members == sorted(members, key=lambda row: (row.agency_id, row.user_id))
    named = form.fields["membership"].label_from_instance(world.anshin_worker.membership)
    assert named == "anshin（機関 anshin）"

    def wrong(**values):
        return BlockForm({"reason": "理由", **values}).errors.get("__all__", [])

    one = ["機関か人の、どちらか1つを選んでください。"]
    both = {"agency": world.anshin.pk, "membership": world.kenko_worker.membership.pk}
    assert (wrong(), wrong(**both)) == (one, one)
    assert (wrong(agency=world.anshin.pk), wrong(membership=world.kenko_worker.membership.pk)) == ([], [])
    assert set(BlockForm({"agency": world.anshin.pk, "reason": "長" * 301}).errors) == {"reason"}


def test_blocking_an_agency_and_a_person_and_lifting_it(world, chief):
    page = chief.get(url(world, "block_add"))
    assert (page.templates[0].name, page.context["form"].is_bound) == ("casework/block_add.html", False)
    assert page.context["case"] == world.hazuki.case
    refused = chief.post(url(world, "block_add"), {"reason": "理由"})
    assert (refused.status_code, refused.templates[0].name) == (200, "casework/block_add.html")

    agency = chief.post(url(world, "block_add"), {"agency": world.anshin.pk, "reason": "勤め先"}, follow=True)
    person = chief.post(
        url(world, "block_add"),
        {"membership": world.kenko_worker.membership.pk, "reason": "親族"},
        follow=True,
    )
    for response in (agency, person):
        assert response.redirect_chain == [(url(world, "case"), 302)]
        assert told(response) == ["閲覧を禁止しました。"]
    with acting_for(world.chief):
        rows = list(Block.objects.order_by("set_at", "pk"))
    assert sorted((row.agency_id or 0, row.user_id or 0, row.reason) for row in rows) == sorted(
        [(world.anshin.pk, 0, "勤め先"), (0, world.kenko_worker.user.pk, "親族")]
    )

    row = rows[0]
    lift = url(world, "block_lift", row.pk)
    assert chief.get(lift).status_code == 405
    assert chief.post(url(world, "block_lift", uuid.uuid4())).status_code == 404
    elsewhere = reverse("casework:block_lift", args=[world.tomono.case.pk, row.pk])
    assert chief.post(elsewhere).status_code == 404
    done = chief.post(lift, follow=True)
    assert done.redirect_chain == [(url(world, "case"), 302)]
    assert told(done) == ["閲覧の禁止を解きました。"]
    late = chief.post(lift, follow=True)
    assert told(late) == ["この禁止は、すでに解かれています。"]
    with acting_for(world.chief):
        assert [each.pk for each in Block.objects.filter(lifted_at__isnull=True)] == [rows[1].pk]


def test_whoever_shares_sees_who_must_not_see_a_case_and_why_and_lifts_nothing(world):
    with acting_for(world.chief):
        block(
            world.hazuki.case,
            agency=None,
            user_id=world.kenko_worker.user.pk,
            reason="元の夫のいとこ",
            by=world.chief,
        )

    pages = {}
    for name in ("chief", "coordinator", "reception", "anshin_worker"):
        client = Client()
        sign_in(client, getattr(world, name))
        pages[name] = client.get(url(world, "case")).content.decode()

    assert {name: "元の夫のいとこ" in page for name, page in pages.items()} == {
        "chief": True, "coordinator": True, "reception": False, "anshin_worker": False,
    }  # fmt: skip
    assert [name for name, page in pages.items() if "禁止を解く" in page or "/block/" in page] == ["chief"]


def test_whoever_blocks_themselves_is_led_to_the_list(world, chief):
    response = chief.post(
        url(world, "block_add"),
        {"membership": world.chief.membership.pk, "reason": "自分の親族"},
        follow=True,
    )

    assert response.redirect_chain == [(reverse("casework:case_list"), 302)]
    assert chief.get(url(world, "case")).status_code == 404


@pytest.mark.parametrize("name", ["share_add", "share_end", "block_add"])
def test_no_other_method_than_reading_and_sending(world, chief, name):
    (line,) = world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "money"))
    more = [line.pk] if name == "share_end" else []

    assert [
        getattr(chief, method)(url(world, name, *more)).status_code for method in ("put", "delete", "patch")
    ] == [405] * 3
