"""The consultation form of the demo city (domain.md 9.2), as an editor would have built it. 見本."""

from __future__ import annotations

import uuid
from typing import Any

TITLE = "文字で相談する"
SLUG = "soudan"
INTRO = """5分ほどで書けます。お金はかかりません。名前を書かなくても相談できます。
書けるところだけで大丈夫です。どの質問も、答えずに送れます（「困っていること」だけ、ひとことでも書いてください）。"""
CONSENT = """書いていただいたことは、相談を受けるためだけに使い、センターの担当者だけが読みます。秘密は守ります。
ほかの機関といっしょに考えるときは、その前にあなたに確かめます。
ただし、命の危険があるときや、虐待が心配されるときは、法律にもとづいて、確かめずに関係する機関に知らせることがあります。
送られた内容は5年間残し、そのあと消します。"""
RECEIPT = """夜や休みの日に送られた内容は、つぎに開いている日に読みます。
急に具合が悪くなったときや、危ない目にあいそうなときは、返事を待たずに119番か110番に電話してください。"""

WHO = (
    ("self", "自分のこと"),
    ("family", "家族のこと"),
    ("neighbor", "近所の人・知人のこと"),
    ("supporter", "支援している人のこと（仕事で）"),
    ("minsei", "民生委員・児童委員として"),
)
KNOWS = (
    ("knows", "知っている"),
    ("does_not_know", "知らない"),
    ("must_not_know", "知られたくない"),
    ("is_self", "本人が書いている"),
)
# Codes of domain.md 1.2.1; the third word marks what shows the urgent numbers.
TOPICS = (
    ("health", "病気や健康、障害のこと", False),
    ("housing", "住まいのこと", False),
    ("income", "収入・生活費のこと", False),
    ("rent_loan", "家賃やローンの支払いのこと", False),
    ("taxes_utilities", "税金や公共料金の支払いのこと", False),
    ("debt", "借金のこと", False),
    ("job_search", "仕事さがしのこと", False),
    ("job_trouble", "仕事の不安やトラブル", False),
    ("community", "近所や地域との関係", False),
    ("family", "家族との関係", False),
    ("childcare", "子育てのこと", False),
    ("care", "介護のこと", False),
    ("hikikomori_school", "ひきこもり・不登校", False),
    ("dv_abuse", "暴力や虐待（DV・虐待）", True),
    ("food", "食べるものがない", True),
    ("other", "そのほか・自分でもよく分からない", False),
)
URGENCY = (
    ("now", "いますぐ助けてほしい", True),
    ("this_week", "今週中に話したい", False),
    ("not_urgent", "急がない", False),
    ("unknown", "分からない", False),
)
WISHES = (
    ("listen", "話を聞いてほしい"),
    ("information", "情報がほしい"),
    ("think_together", "いっしょに考えてほしい"),
    ("visit", "家に来てほしい"),
    ("unknown", "まだ分からない"),
)
NEEDS = (
    ("easy_japanese", "やさしい日本語"),
    ("interpreter", "外国語の通訳"),
    ("sign_language", "手話・筆談"),
    ("large_print", "大きな文字・点字"),
    ("companion", "だれかの付き添い"),
    ("wheelchair", "車いす・段差の少ない場所"),
)


def questions() -> list[dict[str, Any]]:
    """Return the stored blocks of the form, with the same ids each time."""
    return [
        _block("heading", "だれのこと"),
        _choice("radio", "who", "だれのことで困っていますか", WHO),
        _choice(
            "radio",
            "person_knows",
            "相談することを、その人は知っていますか",
            KNOWS,
            help_text="どの答えでも相談できます。",
        ),
        _block("heading", "困っていること"),
        _choice(
            "checkboxes", "topics", "どんなことで困っていますか", TOPICS, help_text="いくつでも選べます。"
        ),
        _block(
            "multiline",
            "困っていることを教えてください",
            key="story",
            required=True,
            max_length=2000,
            help_text="まとまっていなくても、ひとことでもかまいません。",
        ),
        _choice("radio", "urgency", "どのくらい急いでいますか", URGENCY),
        _choice("checkboxes", "wish", "どうしてほしいですか", WISHES),
        _block(
            "heading",
            "あなた（困っている人）のこと",
            help_text="書きたくないことは、書かなくてかまいません。",
        ),
        _block("age_band", "年代", key="age_band"),
        _block("ward", "住んでいる区", key="ward"),
        _block("name", "お名前", key="name", help_text="あだ名でも、書かなくてもかまいません。"),
        _block("heading", "連絡のしかた"),
        _block("contact", "どうやって連絡すればよいですか", key="contact"),
        _block(
            "singleline",
            "この相談を知られたくない人がいますか",
            key="hidden_from",
            max_length=200,
            help_text="例：同じ家にいる人、職場の人",
        ),
        _choice("checkboxes", "needs", "必要な手助け", NEEDS),
        _block("heading", "読んでください"),
        _block("consent", "上の説明を読みました", key="consent"),
    ]


def _block(kind: str, label: str, **value: Any) -> dict[str, Any]:
    return {"type": kind, "id": _stable_id(kind, label), "value": {"label": label, **value}}


def _choice(kind: str, key: str, label: str, options: Any, **value: Any) -> dict[str, Any]:
    choices = [
        {
            "type": "item",
            "id": _stable_id(key, option[0]),
            "value": {
                "key": option[0],
                "label": option[1],
                "is_urgent": option[2] if len(option) > 2 else False,
            },
        }
        for option in options
    ]
    return _block(kind, label, key=key, choices=choices, **value)


def _stable_id(*words: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("forms_app.demo", *words))))
