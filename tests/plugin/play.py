"""Played inside a foreign project by tools/plugin_trial.py, part by part, after django.setup().

Runs as the web role, over HTTP by Django's test client, against the project's own database. It may import what the
wheel has and nothing of this repository.
"""

import re
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse

from forms_app import demo
from forms_app.definitions.models import ConsultationForm
from forms_app.delivery.models import OutboxRow
from permissions.agencies.actions import add_membership, open_agency
from permissions.agencies.models import Agency
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for, clock

STORY = "84歳の母が転びました。カードの借金があります。"
DEBTS = "カード3社に合計285万円"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


setup_test_environment()


def person(name: str, agency: Agency, role: str) -> Viewer:
    user = get_user_model().objects.create_user(name, password="a-long-password-for-the-trial")
    return viewer_of(add_membership(user=user, agency=agency, role=role))


def signed_in(viewer: Viewer) -> Client:
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client


def publish(agency: Agency, editor: Viewer) -> None:
    with acting_for(editor):
        form = demo.new_form(agency, agency)
        form.save(force_insert=True)
        form.save_revision(user=editor.user).publish(user=editor.user, skip_permission_checks=True)
        assert ConsultationForm.objects.get().live


def text(response, status=200) -> str:
    assert response.status_code == status, (response.status_code, response.content.decode()[:3000])
    return response.content.decode()


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def send_consultation() -> tuple[str, str]:
    """Send the form as a citizen; return code and pass-phrase."""
    citizen = Client()
    page = text(citizen.get("/forms/soudan/"))
    data = {name: hidden(page, name) for name in ("revision", "ticket")}
    data |= {"who": "family", "story": STORY, "topics": ["debt"]}
    assert STORY in text(citizen.post("/forms/soudan/", {**data, "step": "check"}))
    receipt = text(citizen.post("/forms/soudan/", {**data, "step": "send"}, follow=True))
    code, phrase = (
        re.sub(r"<[^>]+>", " ", found).split()
        for found in re.findall(r'm-receipt__code">(.*?)</dd>', receipt)
    )
    call_command("run_worker", "--batch")
    return " ".join(code), " ".join(phrase)


def look_up(code: str, phrase: str) -> str:
    citizen = Client()
    return text(citizen.post("/status/", {"code": code, "phrase": phrase}, follow=True))


def comes_from_the_wheel() -> None:
    import casework
    import forms_app
    import marugoto_site
    import permissions

    for package in (casework, forms_app, marugoto_site, permissions):
        assert Path(package.__file__).is_relative_to(sys.prefix), package.__file__
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("app_web",)
    assert Path(finders.find("marugoto/css/base.css")).is_relative_to(sys.prefix)


# --- the parts ---------------------------------------------------------------------------------------


def main_job() -> None:
    """A citizen writes, the center makes a case and shares one item, one agency sees exactly that, another nothing."""
    comes_from_the_wheel()
    center, kenko = Agency.objects.get(code="center"), Agency.objects.get(code="kenko")
    other = open_agency(code="other", name="別の機関", kind="other", legal_type="private")
    publish(center, person("editor", center, "editor"))
    coordinator = signed_in(person("coordinator", center, "coordinator"))
    agency, stranger = (
        signed_in(person("hoken", kenko, "agency_staff")),
        signed_in(person("soto", other, "agency_staff")),
    )
    code, phrase = send_consultation()

    (contact,) = set(
        re.findall(r"/casework/inbox/([0-9a-f-]{36})/", text(coordinator.get("/casework/inbox/")))
    )
    assert STORY in text(coordinator.get(f"/casework/inbox/{contact}/"))
    coordinator.post(f"/casework/inbox/{contact}/take/", {"urgency": "c"})
    values = {
        "household_name": "葉月原さん世帯",
        "household_kind": "unknown",
        "name": "葉月原 トヨ",
        "relation": "self",
    }
    made = coordinator.post(f"/casework/inbox/{contact}/case/", values)
    case = re.fullmatch(r"/casework/cases/([0-9a-f-]{36})/", made.url)[1]
    page = text(coordinator.get(made.url))
    toyo = re.search(rf"/casework/cases/{case}/persons/([0-9a-f-]{{36}})/", page)[1]
    money = f"{made.url}persons/{toyo}/money/"
    coordinator.post(money, {"situation": DEBTS, "seen": hidden(text(coordinator.get(money)), "seen")})
    assert DEBTS in text(coordinator.get(made.url))
    nothing = [text(client.get(made.url), 404) for client in (agency, stranger)]
    share = {
        "agency": kenko.pk,
        "labels": [f"{toyo}:basic"],
        "basis": "purpose",
        "evidence": "相談支援の利用目的 第1号",
    }
    assert "葉月原 トヨ" in text(coordinator.post(f"{made.url}share/", share))  # what it would see
    shared = coordinator.post(f"{made.url}share/", {**share, "confirmed": "1"})
    assert shared.status_code == 302, text(shared)

    seen = text(agency.get(made.url))
    assert "葉月原 トヨ" in seen
    assert DEBTS not in seen
    assert case in text(agency.get("/casework/cases/"))
    assert case not in text(stranger.get("/casework/cases/"))
    assert [
        text(stranger.get(made.url), 404),
        text(stranger.get(made.url.replace(case[:8], "00000000")), 404),
    ] == [nothing[0]] * 2
    assert phrase
    assert "m-" in look_up(code, phrase)
    around(agency)


def around(agency: Client) -> None:
    """The host's own pages, Wagtail's admin behind the gate, both languages, the overridden template."""
    anonymous = Client()
    admin = reverse("wagtailadmin_home")
    assert admin == f"/{settings.MARUGOTO_CMS_PATH}"
    text(anonymous.get("/"))
    text(anonymous.get("/search/"))
    assert anonymous.get(admin).url.startswith("/accounts/login/")
    text(agency.get(admin), 403)
    editor = Client()
    editor.force_login(get_user_model().objects.get(username="editor"), backend=BACKEND)
    text(editor.get(admin))
    text(editor.get(reverse("wagtailsnippets_forms_app_consultationform:list")))
    text(editor.get(f"{admin}users/"), 403)
    assert "見本市 健康福祉局" in text(anonymous.get("/forms/soudan/"))
    words = {"ja": "返事を見る", "en": "Read our reply"}
    for language, word in words.items():
        anonymous.post("/i18n/", {"language": language, "next": "/status/"})
        page = text(anonymous.get("/status/"))
        assert f'lang="{language}"' in page
        assert word in page, page


def second_factor() -> None:
    """With the setting as it comes, nobody works without a second factor."""
    settings.MARUGOTO_REQUIRE_MFA = True
    client = Client()
    client.force_login(get_user_model().objects.get(username="coordinator"), backend=BACKEND)
    answer = client.get("/casework/")
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


def forms_alone() -> None:
    """Forms without casework: the center's reception reads what came and answers, another agency does not."""
    center = Agency.objects.get(code="center")
    other = open_agency(code="other", name="別の機関", kind="other", legal_type="private")
    publish(center, person("editor", center, "editor"))
    reception, stranger = (
        signed_in(person("uketsuke", center, "reception")),
        signed_in(person("soto", other, "agency_staff")),
    )
    code, phrase = send_consultation()
    (one,) = set(re.findall(r"/forms/inbox/([0-9a-f-]{36})/", text(reception.get("/forms/inbox/"))))
    assert STORY in text(reception.get(f"/forms/inbox/{one}/"))
    assert reception.post(f"/forms/inbox/{one}/", {"body": "明日お電話します"}).status_code == 302
    assert "明日お電話します" in look_up(code, phrase)
    text(stranger.get("/forms/inbox/"), 403)
    text(stranger.get(f"/forms/inbox/{one}/"), 403)
    with clock("deliver_submissions"):
        assert OutboxRow.objects.get().taken_at is not None
