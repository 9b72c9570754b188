"""What the stories about handing over have in common: one person's way over several pages, as they press and type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.browser import click_through

from .screen import PASSWORD, Screen


def beside(other: Screen, page: Any) -> Screen:
    """Sit somebody down at a screen of their own; what is wrong with its pages gathers where the other's does."""
    screen = Screen(page)
    screen.faults = other.faults
    return screen


def shown(screen: Screen, *words: str) -> list[str]:
    """Return those of the words that stand in the source of the page, seen or not."""
    source = screen.page.content()
    return [word for word in words if word in source]


def open_case(
    center: Screen, contact: str, household: str, name: str, *, occupation: str = "", kind: str = "single"
) -> tuple[str, str]:
    """Make a case of a contact; return its number and its address."""
    page = center.page
    center.go(contact)
    center.follow("ケースにする")
    page.fill("[name=household_name]", household)
    page.select_option("[name=household_kind]", kind)
    page.fill("[name=name]", name)
    page.fill("[name=occupation]", occupation)
    center.press("ケースを作る")
    return str(page.locator("h1").inner_text()), str(page.url)


def agree(
    center: Screen, case: str, name: str, agencies: tuple[str, ...], items: tuple[str, ...], **fields: str
) -> None:
    """Write down that this person agreed, in writing unless ``fields`` say otherwise."""
    page = center.page
    center.go(f"{case}consents/")
    click_through(page.get_by_role("link", name=re.compile(f"説明と返事を記録する.*{name}")))
    for point in page.get_by_role("group", name="説明したこと").get_by_role("checkbox").all():
        point.check()
    page.get_by_label("同意する", exact=True).check()
    for agency in agencies:
        page.locator("[name=scope-0-agencies]").and_(page.get_by_label(agency, exact=True)).check()
    for item in items:
        page.locator(f"[name=scope-0-items][value={item}]").check()
    for field, value in fields.items():
        box = page.locator(f"[name={field}]").first
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        elif box.get_attribute("type") == "radio":
            page.locator(f"[name={field}][value={value}]").check()
        else:
            box.fill(value)
    center.press("記録する")


def move_on(center: Screen, case: str, *stages: str) -> None:
    for stage in stages:
        center.go(case)
        center.page.select_option("[name=stage]", stage)
        center.press("進める")


def assess(center: Screen, case: str, view: str) -> None:
    """Fix the assessment as a version, which a plan asks for; with one section of it written."""
    page = center.page
    center.go(f"{case}assessment/write/?section=view")
    page.fill("[name=text]", view)
    page.locator("[name=said_by][value=staff]").check()
    center.press("保存する")
    center.go(f"{case}assessment/fix/")
    page.locator("[name=purpose]").first.check()
    center.press("この内容で確定する")
    assert "「初回アセスメント」を確定しました。" in center.text


def screen_case(center: Screen, case: str, facts: tuple[str, ...], suggested: str) -> str:
    """Decide as the suggestion says; return the page that made it."""
    page = center.page
    center.go(case)
    center.follow("振り分けを決める")
    for fact in facts:
        page.locator(f"[type=checkbox][value={fact}]").check()
    center.press("提案を見る")
    suggestion = str(page.locator("#suggestion").inner_text())
    assert suggested in suggestion
    center.press("決めて、段階を進める")
    return suggestion


def refer(
    center: Screen, case: str, agency: str, about: str, packet: dict[str, str], items: tuple[str, ...]
) -> str:
    """Send the packet and what is to be seen after acceptance, on consent; return the address of the referral."""
    page = center.page
    center.go(f"{case}referrals/add/")
    page.select_option("[name=agency]", label=agency)
    center.press("つぎへ")
    page.get_by_role("group", name="だれのこと").get_by_label(about, exact=True).check()
    for field, words in packet.items():
        page.fill(f"[name={field}]", words)
    group = page.get_by_role("group", name=about, exact=True)
    for item in items:
        group.get_by_label(item).check()
    page.locator("[name=basis][value=consent]").check()
    center.press("この内容で送る")
    return str(page.url)


def answer(agency: Screen, referral: str, kind: str, *, reason: str = "", words: str = "") -> None:
    page = agency.page
    agency.go(referral)
    page.get_by_role("group", name="返事").get_by_label(kind, exact=True).check()
    if reason:
        page.select_option("[name=reason]", label=reason)
    page.fill("main [name=words]", words)
    page.fill("[name=contact_person]", "担当E")
    agency.press("この内容で答える")
    assert "返事を記録しました。" in agency.text, agency.page.locator("main").inner_text()


def share(
    center: Screen, case: str, agency: str, person: str, items: tuple[str, ...], basis: str, evidence: str
) -> None:
    page = center.page
    center.go(f"{case}share/")
    page.select_option("[name=agency]", label=agency)
    center.press("つぎへ")
    group = page.get_by_role("group", name=person)
    for item in items:
        group.get_by_label(item).check()
    page.locator(f"[name=basis][value={basis}]").check()
    page.fill("[name=evidence]", evidence)
    center.press("何が見えるかを確かめる")
    center.press("この内容で共有する")
    assert agency in center.text


EVERY_LIST = (
    "/casework/", "/casework/cases/", "/casework/referrals/", "/casework/notifications/", "/casework/duties/",
)  # fmt: skip


def look_everywhere(agency: Screen, *addresses: str) -> dict[str, str]:
    """Return the sources of all pages where somebody might come across something, these addresses among them."""
    return {address: source_of(agency, address) for address in (*EVERY_LIST, *addresses)}


def places_of(words: tuple[str, ...], sources: dict[str, str]) -> dict[str, list[str]]:
    """Return where each word stands; a word that stands nowhere is not there."""
    found = {word: [address for address, source in sources.items() if word in source] for word in words}
    return {word: addresses for word, addresses in found.items() if addresses}


# --- meetings and plans ------------------------------------------------------------------------------------


def box(screen: Screen, group: str, label: str) -> Any:
    """Return the box of one name in a group of boxes; its words may go on (今年度の誓約なし)."""
    return screen.page.get_by_role("group", name=group).get_by_label(re.compile(f"^{re.escape(label)}"))


def set_rule(chief: Screen, valid_from: str) -> None:
    """Let the chief write down the ordinance on which a 支援会議 rests."""
    chief.go("/casework/ordinances/add/")
    chief.page.fill("[name=title]", "見本市支援会議設置要綱")
    chief.page.locator("[name=kinds][value=shien_kaigi]").check()
    chief.page.fill("[name=valid_from]", valid_from)
    chief.page.fill("[name=text]", "第1条　社会福祉法第106条の6第1項の規定により、見本市支援会議を置く。")
    chief.press("この内容で記録する")


def swear(member: Screen) -> None:
    member.go("/casework/oath/")
    member.page.get_by_label("上のことを読み、守ります。").check()
    member.press("誓約する")


def hand_out(center: Screen, item: str, *members: str) -> None:
    """Give each a numbered copy of the papers."""
    center.go(f"{item}copies/")
    for member in members:
        box(center, "紙の資料を渡す構成員", member).check()
    center.press("番号を付けて渡す")


def take_back(center: Screen, item: str) -> None:
    """Tick off every copy that is out."""
    center.go(f"{item}copies/")
    for copy in center.page.get_by_role("group", name="返された資料").get_by_role("checkbox").all():
        copy.check()
    center.press("返却を記録する")


def call_meeting(center: Screen, label: str, held_at: str, *, place: str = "市役所 3階 会議室2") -> str:
    """Set a meeting on the ordinance in force; return its address."""
    page = center.page
    center.go("/casework/meetings/add/")
    for field, words in (("label", label), ("held_at", held_at), ("place", place), ("chair", "支援課 課長")):
        page.fill(f"[name={field}]", words)
    page.locator("[name=ordinance] option").last.evaluate("option => option.selected = true")
    center.press("この内容で保存する")
    return str(page.url)


def fill_agenda(
    center: Screen, case: str, meeting: str, kind: str, people: dict[str, str], members: tuple[str, ...],
    *, purpose: str, words: str = "",
) -> None:  # fmt: skip
    """Fill in what a case is put on the agenda with, and do not send it yet."""
    page = center.page
    center.go(f"{case}meetings/add/")
    page.select_option("[name=meeting]", meeting.rstrip("/").rpartition("/")[2])
    page.locator(f"[name=kind][value={kind}]").check()
    for name, called in people.items():
        page.get_by_label(name, exact=True).check()
        page.get_by_label(f"{name}の呼び方").fill(called)
    page.select_option("[name=purpose]", label=purpose)
    page.fill("[name=purpose_text]", words)
    for member in members:
        box(center, "構成員", member).check()


def write_paper(center: Screen, item: str, kind: str, text: str, *, for_all: bool = False) -> None:
    center.go(f"{item}papers/add/")
    center.page.select_option("[name=kind]", label=kind)
    center.page.fill("[name=text]", text)
    center.page.locator("[name=is_for_all]").set_checked(for_all)
    center.press("資料を加える")


def write_minutes(center: Screen, item: str, **texts: str) -> None:
    center.go(f"{item}minutes/")
    for field, words in texts.items():
        center.page.fill(f"[name={field}]", words)
    center.press("保存する")


def fill_row(screen: Screen, prefix: str, **fields: str) -> None:
    """Fill in one of several rows that are alike, opening it first if it is folded."""
    row = screen.page.locator(f"[name={prefix}-about]").locator("xpath=ancestor::details[1]")
    if row.get_attribute("open") is None:
        row.locator("summary").first.click()
    for field, value in fields.items():
        box = screen.page.locator(f"[name={prefix}-{field}]")
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(label=value)
        else:
            box.fill(value)


def open_earlier(screen: Screen) -> None:
    """Unfold what stands and may be replaced."""
    screen.page.get_by_text("前の決定や役割を置き換える", exact=True).click()


def say_all_went_well(center: Screen) -> None:
    """On the sheet of an evaluation: each goal was met, each role done."""
    for choice in center.page.locator("select[name^=choice_]").all():
        labels = choice.locator("option").all_inner_texts()
        if "選んでください" in labels:
            choice.select_option(label="達成" if "達成" in labels else "できた")


# --- what a screen finds --------------------------------------------------------------------------------------


def answer_of(screen: Screen, url: str) -> tuple[int, str]:
    """Return status and body of a page, without what is different each time."""
    answer = screen.page.request.get(url)
    body = re.sub(r'(nonce|value)="[^"]{20,}"', "", answer.text()).replace(url, "")
    return answer.status, body


def say_again_who(screen: Screen) -> None:
    """What is heavy asks for it, unless somebody logged in minutes ago."""
    if "/accounts/reauthenticate/" in screen.page.url:
        screen.page.fill("[name=password]", PASSWORD)
        screen.press("確かめる")


def status_of(screen: Screen, url: str) -> int:
    screen.page.goto(url)
    say_again_who(screen)
    return int(screen.page.goto(url).status)


def search(screen: Screen, words: str) -> str:
    """Return what the page of the search says."""
    page = screen.page
    if not page.locator("#find").count():
        page.goto("/casework/")
    page.fill("#find", words)
    with page.expect_navigation():
        page.press("#find", "Enter")
    return screen.text


def found_at(screen: Screen, urls: Iterable[str], words: Iterable[str]) -> list[tuple[str, str]]:
    """Return which of these words stand in the source of which page."""
    sources = {url: source_of(screen, url) for url in urls}
    return [(url, word) for url, source in sources.items() for word in words if word in source]


def source_of(screen: Screen, url: str) -> str:
    return str(screen.page.request.get(url).text())
