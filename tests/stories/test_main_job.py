"""The whole story in Chromium: from a consultation on a phone to the sheet in an agency's hands."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from casework.cases.models import Case
from casework.cases.selectors import count_cases_for
from casework.demo_people import viewer
from casework.sharing.selectors import cases_for
from casework.walls import LABELLED_TABLES
from permissions.walls.context import acting_for
from tests.browser import click_through

from .screen import Screen, run_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY = "84歳の母と、25年家にいる兄のことで相談します。母は転び、カードの借金があります。"
DEBTS = "カード3社に合計285万円"
SYMPTOM = "夜に大声を出し、眠れていない"


def test_story_from_the_first_word_to_the_sheet(city: None, page_at: Any, tmp_path: Any) -> None:
    citizen, center, agency, stranger = (Screen(page_at(width)) for width in (360, 360, 360, 1280))
    code = _send_consultation(citizen)
    run_worker()
    number = _open_case(center)
    _agree(center, number)
    _share_and_decide(center)
    sheet = _answer_and_print(agency, number, tmp_path)
    _find_nothing(stranger, center.page.url, number)
    _look_up(citizen, code)

    assert "葉月原 トヨ" in sheet
    assert "家計の相談に月1回同席する" in sheet
    assert [secret for secret in (DEBTS, SYMPTOM, "葉月原 修一") if secret in sheet] == []
    found = citizen.faults + center.faults + agency.faults + stranger.faults
    assert found == [], "\n".join(found)


def _send_consultation(citizen: Screen) -> tuple[str, str]:
    page = citizen.page
    citizen.go("/")
    citizen.go("/soudan/")
    page.get_by_label("家族のこと").first.check()
    page.get_by_label("借金のこと").check()
    page.fill("[name=story]", STORY)
    citizen.press("書いたことを確かめる")
    assert STORY in citizen.text
    citizen.press("この内容で送る")
    code, phrase = page.locator(".m-receipt__code").all_inner_texts()
    assert re.fullmatch(r"[2-9A-Z]{3}(-[2-9A-Z]{3}){2}", code.strip())
    return code.strip(), " ".join(phrase.split())


def _open_case(center: Screen) -> str:
    page = center.page
    center.login("coordinator")
    center.follow("受信箱")
    click_through(page.get_by_role("link", name=re.compile("^U-")).first)
    center.look()
    assert STORY in center.text
    page.get_by_label("C 3日以内").check()
    center.press("この相談を受ける")
    center.follow("ケースにする")
    page.fill("[name=household_name]", "葉月原さん世帯")
    page.fill("[name=name]", "葉月原 トヨ")
    page.fill("[name=birth_on]", "昭和17年3月10日")
    center.press("ケースを作る")
    number = page.locator("h1").inner_text()
    center.follow("世帯の人・家族を加える")
    page.fill("[name=name]", "葉月原 修一")
    page.select_option("[name=relation]", "child")
    center.press("保存する")
    for index, (link, field, value) in enumerate(
        (("お金を書く", "situation", DEBTS), ("健康を書く", "condition", SYMPTOM))
    ):
        click_through(page.get_by_role("link", name=link).nth(index))
        center.look()
        page.fill(f"[name={field}]", value)
        center.press("保存する")
    assert DEBTS in center.text
    assert SYMPTOM in center.text
    return str(number)


def _agree(center: Screen, number: str) -> None:
    """The mother agrees to two items for one agency; her son is not asked."""
    page = center.page
    center.follow("同意を見る・記録する")
    click_through(page.get_by_role("link", name=re.compile("説明と返事を記録する.*トヨ")))
    center.look()
    for point in page.get_by_role("group", name="説明したこと").get_by_role("checkbox").all():
        point.check()
    page.get_by_label("同意する", exact=True).check()
    page.locator("[name=scope-0-agencies]").and_(
        page.get_by_label("見本市 生活自立・仕事相談センター", exact=True)
    ).check()
    for item in ("basic", "roles"):
        page.locator(f"[name=scope-0-items][value={item}]").check()
    center.press("記録する")
    assert "同意（1機関）" in center.text
    assert "未説明" in center.text
    center.follow(number)


def _share_and_decide(center: Screen) -> None:
    page = center.page
    center.follow("機関に共有する")
    page.select_option("[name=agency]", label="見本市 生活自立・仕事相談センター")
    center.press("つぎへ")
    mother = page.get_by_role("group", name="葉月原 トヨ")
    for item in ("基本情報", "役割分担"):
        mother.get_by_label(item).check()
    page.locator("[name=basis][value=consent]").check()
    page.fill("[name=evidence]", "2026年11月20日 書面 説明者 見本調")
    center.press("何が見えるかを確かめる")
    assert "新しく見える" in center.text
    center.press("この内容で共有する")
    center.follow("決定を記録する")
    page.select_option("[name=direction-0-about]", label="葉月原 トヨ")
    page.fill("[name=direction-0-text]", "借金を整理し、家での暮らしを続ける")
    page.select_option("[name=role-0-about]", label="葉月原 トヨ")
    page.select_option("[name=role-0-agency]", label="見本市 生活自立・仕事相談センター")
    page.fill("[name=role-0-issue]", "家計")
    page.fill("[name=role-0-what]", "家計の相談に月1回同席する")
    center.press("この内容で決定を記録する")
    assert "未回答" in center.text


def _answer_and_print(agency: Screen, number: str, folder: Any) -> str:
    page = agency.page
    agency.login("jiritsu")
    assert "家計の相談に月1回同席する" in agency.text
    agency.follow(number)
    assert "葉月原 トヨ" in agency.text
    hidden = (DEBTS, SYMPTOM, "葉月原 修一", "葉月原さん世帯", STORY, "借金を整理し")
    assert [secret for secret in hidden if secret in page.content()] == []
    agency.follow("D-")
    agency.follow("この役割に答える")
    page.get_by_label("引き受けます", exact=True).check()
    page.fill("[name=worker]", "担当E")
    agency.press("この内容で答える")
    agency.order_pdf()
    agency.look()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDFを開く").click()
    path = folder / "sheet.pdf"
    download.value.save_as(path)
    assert download.value.suggested_filename.startswith("D-")
    printed = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return printed.stdout


def _find_nothing(stranger: Screen, decision_url: str, number: str) -> None:
    page = stranger.page
    stranger.login("outsider")
    for url in ("/casework/", "/casework/cases/"):
        stranger.go(url)
        assert [text for text in (number, "葉月原", "家計の相談") if text in page.content()] == []
    case_url = re.sub(r"decisions/.*", "", decision_url)
    assert page.goto(case_url).status == 404
    assert page.goto(decision_url).status == 404
    outsider = viewer("outsider")
    with acting_for(outsider), connection.cursor() as cursor:
        found = {}
        for table in (
            *LABELLED_TABLES,
            "casework_case",
            "casework_person",
            "casework_contact",
            "casework_share",
        ):
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
        assert set(found.values()) == {0}
        assert not cases_for(outsider).exists()
        assert count_cases_for(outsider) == 0
    with acting_for(viewer("chief")):
        assert Case.objects.count() == 1


def _look_up(citizen: Screen, code: tuple[str, str]) -> None:
    page = citizen.page
    citizen.go("/status/")
    page.get_by_label("受付番号").fill(code[0])
    page.get_by_label("合言葉").fill(code[1])
    citizen.press("見る")
    assert "担当が決まりました" in citizen.text
    assert "葉月原" not in page.content()


def test_accounts_of_the_demo_exist(city: None) -> None:
    names = {
        "chief",
        "coordinator",
        "reception",
        "editor",
        "anshin",
        "kenko",
        "jiritsu",
        "hikikomori",
        "minsei",
        "admin-jiritsu",
        "sysadmin",
        "privacy",
        "outsider",
    }

    assert names <= set(get_user_model().objects.values_list("username", flat=True))
