"""What is counted of a month: each count is one entry of data. Source: domain.md 4.1, 4.2, 4.5.

The query gives facts: one row for each thing counted, with its case (none: a contact that became no case) and the cells into
which it falls. It is SQL, because the same text counts for a reader behind the walls and for the whole when a month is closed
(sql.py). Its parameters: ``first_on`` and ``next_on``, the first days of the month and of the next; ``working``, the working
days up to then. Numbers come from rows and events, never from texts.

A further count is a further entry, and a migration that replaces ``casework_month_facts``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.states import OPEN_STAGES, Flow, Stage
from casework.cases.words import flow_label
from casework.codes.read_once import ReadOnce
from casework.codes.selectors import label_of
from casework.intake.models import ContactKind
from casework.intake.wards import ward_label
from casework.ordinances.models import MeetingKind
from casework.plans.models import AnswerKind, Seat
from permissions.agencies.models import Agency

BEGINS = "(first_on::timestamp AT TIME ZONE 'Asia/Tokyo')"
ENDS = "(next_on::timestamp AT TIME ZONE 'Asia/Tokyo')"
FIRST_CONTACT_DAYS = 10
NOT_TOLD = "not_told"


class Section(models.TextChoices):
    """Under which heading a count stands."""

    RECEPTION = "reception", gettext_lazy("相談受付")
    REFERRAL = "referral", gettext_lazy("つなぎ")
    COORDINATION = "coordination", gettext_lazy("多機関協働")
    MEETING = "meeting", gettext_lazy("会議とプラン")
    DECISION = "decision", gettext_lazy("決定と役割")
    OUTCOME = "outcome", gettext_lazy("どのくらい届いたか")


class Unit(models.TextChoices):
    """In what is counted: people and events are never added up (domain.md 4.1)."""

    PEOPLE = "people", gettext_lazy("人（実人数）")
    ISSUES = "issues", gettext_lazy("課題")
    EVENTS = "events", gettext_lazy("件（延べ）")
    CASES = "cases", gettext_lazy("ケース")
    SESSIONS = "sessions", gettext_lazy("回")


class Told(models.TextChoices):
    """How a number is told: as such, as a share of those that say yes, or as the middle of its days."""

    NUMBER = "number", gettext_lazy("数")
    SHARE = "share", gettext_lazy("割合")
    MIDDLE = "middle", gettext_lazy("中央値")


@dataclass(frozen=True)
class Dimension:
    """By what a count is broken down. ``is_many``: one thing may fall into several cells, so they add up to more."""

    code: str
    label: str | Promise
    word: Callable[[str], str]
    is_many: bool = False


@dataclass(frozen=True)
class Count:
    """One count of a month. ``facts``: SELECT of subject, case_id, groups (jsonb: dimension -> list of cells).

    ``is_once``: a subject counts once, however many cases it is about; who may see none of them does not count it.
    ``beside``: another count that differs from this one by few; ``is_part``: this one is what of it falls into coordination.
    """

    code: str
    section: Section
    unit: Unit
    label: str | Promise
    definition: str | Promise
    facts: str
    by: tuple[Dimension, ...] = ()
    told: Told = Told.NUMBER
    is_once: bool = False
    beside: str = ""
    is_part: bool = False


# --- the words of cells ------------------------------------------------------------------------------------


def _from(list_code: str) -> Callable[[str], str]:
    return lambda cell: _("書かれていない") if cell in ("", NOT_TOLD) else label_of(list_code, cell)


_FIELDS: dict[str, str | Promise] = {
    "elderly": gettext_lazy("高齢"),
    "disability": gettext_lazy("障害・病気"),
    "child": gettext_lazy("子ども"),
    "poverty": gettext_lazy("困窮"),
    "other": gettext_lazy("その他"),
    "multiple": gettext_lazy("複合"),
    NOT_TOLD: gettext_lazy("書かれていない"),
}
_AGES: dict[str, str | Promise] = {
    "0": gettext_lazy("18歳未満"),
    "18": gettext_lazy("18〜39歳"),
    "40": gettext_lazy("40〜64歳"),
    "65": gettext_lazy("65〜74歳"),
    "75": gettext_lazy("75歳以上"),
    NOT_TOLD: gettext_lazy("書かれていない"),
}
_CONSENT = {"with": gettext_lazy("同意あり"), "without": gettext_lazy("同意なし")}
_FIRST = {"first": gettext_lazy("初めて"), "again": gettext_lazy("見直し")}
_PLAN = {"first": gettext_lazy("初回プラン"), "again": gettext_lazy("再プラン")}
_MET = {"yes": gettext_lazy("10開庁日以内に会えた"), "no": gettext_lazy("会えていない")}


def _word(words: dict[str, str | Promise]) -> Callable[[str], str]:
    return lambda cell: str(words.get(cell, cell))


_names = ReadOnce("agency_names", lambda: dict(Agency.objects.values_list("pk", "name")))


def _agency(cell: str) -> str:
    return _names().get(int(cell), cell) if cell.isdecimal() else cell


def _flow(cell: str) -> str:
    return flow_label(cell) if cell else _("未定")


def _answer(cell: str) -> str:
    return str(AnswerKind(cell).label) if cell in AnswerKind.values else _("未回答")


def _brought(cell: str) -> str:
    return _("本人・家族など") if cell == "self" else label_of("agency_type", cell)


FIELD = Dimension("field", gettext_lazy("分野"), _word(_FIELDS))
TOPIC = Dimension("topic", gettext_lazy("相談の内容"), _from("topic"), is_many=True)
ROUTE = Dimension("route", gettext_lazy("どのように来たか"), _from("route"))
CHANNEL = Dimension("channel", gettext_lazy("方法"), _from("channel"))
AGE = Dimension("age", gettext_lazy("本人の年齢"), _word(_AGES))
WARD = Dimension(
    "ward",
    gettext_lazy("住んでいる区"),
    lambda cell: _("書かれていない") if cell == NOT_TOLD else ward_label(cell),
)
KIND = Dimension("kind", gettext_lazy("だれのことか"), lambda cell: str(ContactKind(cell).label))
RECEIVER = Dimension("receiver", gettext_lazy("つなぎ先"), _agency)
REASON = Dimension("reason", gettext_lazy("理由"), _from("return_reason"))
CONSENT = Dimension("consent", gettext_lazy("同意"), _word(dict(_CONSENT)))
BROUGHT = Dimension("brought", gettext_lazy("持ちこんだ機関の種類"), _brought)
CLOSE_KIND = Dimension("close_kind", gettext_lazy("終結の区分"), _from("close_kind"))
FLOW = Dimension("flow", gettext_lazy("流れ"), _flow)
FROM = Dimension(
    "from_flow",
    gettext_lazy("どの流れから"),
    lambda cell: flow_label(cell) if cell else _("受付・振り分けから"),
)
AGENCY = Dimension("agency", gettext_lazy("機関"), _agency)
ANSWER = Dimension("answer", gettext_lazy("月末の回答"), _answer)
FIRST = Dimension("first", gettext_lazy("初めてか"), _word(dict(_FIRST)))
SERVICE = Dimension("service", gettext_lazy("使うサービス・事業"), _from("service"), is_many=True)
PLAN = Dimension("plan", gettext_lazy("初回か再プランか"), _word(dict(_PLAN)))
MEETING = Dimension("meeting", gettext_lazy("会議の種類"), lambda cell: str(MeetingKind(cell).label))
HELD = replace(MEETING, is_many=True)
MET = Dimension("met", gettext_lazy("結果"), _word(dict(_MET)))
DAYS = Dimension("days", gettext_lazy("開庁日数"), str)

# --- pieces of queries -----------------------------------------------------------------------------------

# What a topic counts as where the city has not said otherwise (国への報告での区分 of the code).
_FIELD_OF = (
    "CASE t.topic WHEN 'care' THEN 'elderly' WHEN 'health' THEN 'disability' WHEN 'childcare' THEN 'child'"
    " WHEN 'community' THEN 'other' WHEN 'family' THEN 'other' WHEN 'hikikomori_school' THEN 'other'"
    " WHEN 'dv_abuse' THEN 'other' WHEN 'other' THEN 'other' WHEN 'unknown' THEN 'not_told'"
    " WHEN 'not_asked' THEN 'not_told' WHEN 'housing' THEN 'poverty' WHEN 'income' THEN 'poverty'"
    " WHEN 'rent_loan' THEN 'poverty' WHEN 'taxes_utilities' THEN 'poverty' WHEN 'debt' THEN 'poverty'"
    " WHEN 'job_search' THEN 'poverty' WHEN 'job_trouble' THEN 'poverty' WHEN 'food' THEN 'poverty' ELSE 'other' END"
)
_TOPICS = (
    "LATERAL (SELECT array_agg(DISTINCT t.topic::text) AS topics,"
    f" array_agg(DISTINCT coalesce(nullif(k.report_code, ''), {_FIELD_OF})) AS fields"
    " FROM casework_contacttopic t LEFT JOIN casework_code k ON k.list = 'topic' AND k.code = t.topic"
    " WHERE t.contact_id = c.id) t"
)
# The first person of a case is whom it is about; their age on the day of the contact.
_AGE = (
    "LATERAL (SELECT max(p.years) AS years FROM (SELECT coalesce(extract(year FROM age("
    "(c.received_at AT TIME ZONE 'Asia/Tokyo')::date, p.birth_on))::integer, p.age_about::integer) AS years"
    " FROM casework_person p WHERE p.case_id = c.case_id ORDER BY p.position, p.id LIMIT 1) p) a"
)
_OF_CONTACT = (
    "jsonb_build_object('field', jsonb_build_array(CASE WHEN t.fields IS NULL THEN 'not_told'"
    " WHEN cardinality(t.fields) > 1 THEN 'multiple' ELSE t.fields[1] END),"
    " 'topic', to_jsonb(coalesce(t.topics, ARRAY['not_told'])), 'route', jsonb_build_array(c.route),"
    " 'channel', jsonb_build_array(c.channel), 'kind', jsonb_build_array(c.kind),"
    f" 'ward', jsonb_build_array(coalesce(nullif(c.ward, ''), '{NOT_TOLD}')),"
    " 'age', jsonb_build_array(CASE WHEN a.years IS NULL THEN 'not_told' WHEN a.years < 18 THEN '0'"
    " WHEN a.years < 40 THEN '18' WHEN a.years < 65 THEN '40' WHEN a.years < 75 THEN '65' ELSE '75' END))"
)
_OPEN = ", ".join(f"'{stage}'" for stage in OPEN_STAGES)
# An item that was on the table: of a meeting of this month, and not taken off before it.
_ON_TABLE = (
    "casework_agendaitem a JOIN casework_meeting m ON m.id = a.meeting_id WHERE {} AND m.held_at <= clock_now()"
    " AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id AND x.removed_at < m.held_at)"
)
# Where each case stood when the month ended: what the first change afterwards found there, or what it is today.
_THEN = (
    "(SELECT c.id, coalesce(n.before ->> 'stage', c.stage) AS stage, coalesce(n.before ->> 'flow', c.flow) AS flow"
    " FROM casework_case c LEFT JOIN (SELECT DISTINCT ON (e.case_id) e.case_id, e.before FROM casework_caseevent e"
    f" WHERE e.verb = 'stage_changed' AND e.at >= {ENDS} ORDER BY e.case_id, e.at, e.id) n ON n.case_id = c.id"
    f" WHERE c.opened_at < {ENDS})"
)
_IN_MONTH = f">= {BEGINS} AND {{0}} < {ENDS}"


def _within(column: str) -> str:
    return f"{column} {_IN_MONTH.format(column)}"


def _cell(name: str, value: str) -> str:
    return f"'{name}', jsonb_build_array({value})"


# In which flow a case was at a moment: what the first change afterwards found there, or what it is today.
def _flow_at(case: str, moment: str) -> str:
    return (
        "coalesce((SELECT n.before ->> 'flow' FROM casework_caseevent n"
        f" WHERE n.case_id = {case} AND n.verb = 'stage_changed' AND n.at > {moment} ORDER BY n.at, n.id LIMIT 1),"
        f" (SELECT k.flow FROM casework_case k WHERE k.id = {case}))"
    )


_FLOW_BEFORE, _FLOW_AFTER = ("coalesce(e.before ->> 'flow', '')", "coalesce(e.after ->> 'flow', '')")
_INTO_COORDINATION = "{0}.verb = 'stage_changed' AND {0}.after ->> 'flow' = 'flow2' AND {0}.before ->> 'flow' IS DISTINCT FROM 'flow2'"
_DONE_ON = "(d.done_at AT TIME ZONE 'Asia/Tokyo')::date"
_BEGUN_ON = "(coalesce(f.received_at, c.opened_at) AT TIME ZONE 'Asia/Tokyo')::date"
_DUE = f"working[width_bucket((r.sent_at AT TIME ZONE 'Asia/Tokyo')::date, working) + {FIRST_CONTACT_DAYS}]"
_AFTER_DUE = "((due.on_day + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')"
# Who spoke tells it where nobody wrote down the kind of agency.
_SPOKE = "CASE o.speaker WHEN 'minsei' THEN 'minsei' WHEN 'agency' THEN 'not_asked' END"
_AT_END = f"a.said_at < {ENDS}"
_IS_AGAIN = (
    "CASE WHEN EXISTS (SELECT 1 FROM casework_plandecision o JOIN casework_plan b ON b.id = o.plan_id"
    " WHERE b.case_id = v.case_id AND b.version < v.version) THEN 'again' ELSE 'first' END"
)
_PLANS = (
    "casework_plandecision p JOIN casework_plan v ON v.id = p.plan_id JOIN casework_decision d ON d.id = p.decision_id"
    " WHERE d.decided_on >= first_on AND d.decided_on < next_on"
)
# Each once, however often the version names it. None has no cell: the rest of a sum would tell who uses the only service in it.
_SERVICES = (
    "'service', to_jsonb(ARRAY(SELECT x.service FROM casework_planpart x WHERE x.plan_id = v.id AND x.service <> ''"
    " UNION SELECT r.service FROM casework_planrole r WHERE r.plan_id = v.id AND r.service <> '' ORDER BY 1))"
)
# Into which sending brought the case (①つなぎ, from where it was screened), or in which it stayed: what comes of a hand-back is not known yet.
_FLOW_OF_REFERRAL = _flow_at("r.case_id", "r.sent_at")
_FLOW_OF_PLAN = _flow_at("p.case_id", "d.recorded_at")
# Somebody in a case with an issue that was written down by the end of the month.
_ISSUE = f"casework_issue i WHERE i.noted_at < {ENDS} AND i.code NOT IN ('unknown', 'not_asked')"

COUNTS: dict[str, Count] = {count.code: count for count in (
    Count(
        "contacts", Section.RECEPTION, Unit.EVENTS, gettext_lazy("相談受付（延べ）"),
        gettext_lazy("受け付けた日がこの月の相談の数。同じ人が2回相談すると2件。ケースにならなかった相談と、だれのことかを言わない助言をふくみます。"
                     "分野は、相談の内容の「国への報告での区分」（なければ標準の分け方）で数え、2つ以上の分野にわたるものは「複合」です。"
                     "区は、秘匿された世帯では数えず、「書かれていない」に入れます。"),
        f"SELECT c.id AS subject, c.case_id, {_OF_CONTACT} AS groups FROM casework_contact c, {_TOPICS}, {_AGE}"
        f" WHERE {_within('c.received_at')}",
        (KIND, FIELD, TOPIC, ROUTE, CHANNEL, AGE, WARD),
    ),
    Count(
        "people_new", Section.RECEPTION, Unit.PEOPLE, gettext_lazy("新しく相談した人（実人数）"),
        gettext_lazy("この月に初めて相談した人の数。ケースになった人は、そのケースの最初の相談の月に1人と数えます。ケースになっていない相談は、"
                     "同じ人かどうか分からないので1件を1人と数えます。助言はふくみません。"),
        f"SELECT coalesce(c.case_id, c.id) AS subject, c.case_id, {_OF_CONTACT} AS groups"
        f" FROM casework_contact c, {_TOPICS}, {_AGE} WHERE {_within('c.received_at')} AND c.kind <> 'advice'"
        " AND (c.case_id IS NULL OR NOT EXISTS (SELECT 1 FROM casework_contact o WHERE o.case_id = c.case_id"
        " AND (o.received_at, o.id) < (c.received_at, c.id)))",
        (FIELD, TOPIC, ROUTE, CHANNEL, AGE, WARD),
    ),
    Count(
        "cases_new", Section.RECEPTION, Unit.CASES, gettext_lazy("新しいケース"),
        gettext_lazy("受け付けた日がこの月のケースの数。困っている人が3人の世帯も、1ケースです。"),
        f"SELECT c.id AS subject, c.id AS case_id, '{{}}'::jsonb AS groups FROM casework_case c WHERE {_within('c.opened_at')}",
    ),
    Count(
        "people_in_cases", Section.RECEPTION, Unit.PEOPLE, gettext_lazy("新しいケースで困っている人（実人数）"),
        gettext_lazy("受け付けた日がこの月のケースごとに、本人と、月末までに課題が書かれたほかの世帯の人の数。1つの世帯で3人が困っていれば3人。"),
        f"SELECT p.id AS subject, p.case_id, '{{}}'::jsonb AS groups FROM casework_case c JOIN casework_person p ON p.case_id = c.id"
        f" WHERE {_within('c.opened_at')} AND (EXISTS (SELECT 1 FROM {_ISSUE} AND i.person_id = p.id)"
        " OR p.id = (SELECT o.id FROM casework_person o WHERE o.case_id = c.id ORDER BY o.position, o.id LIMIT 1))",
    ),
    Count(
        "issues_in_cases", Section.RECEPTION, Unit.ISSUES, gettext_lazy("新しいケースの課題"),
        gettext_lazy("受け付けた日がこの月のケースについて、月末までに書かれた課題の数。同じ課題を書き直しても1件。同じ課題が2人にあれば2件。"
                     "「まだ分からない」「聞いていない」は数えません。"),
        f"SELECT i.id AS subject, i.case_id, '{{}}'::jsonb AS groups FROM {_ISSUE} AND i.follows_id IS NULL"
        f" AND EXISTS (SELECT 1 FROM casework_case c WHERE c.id = i.case_id AND {_within('c.opened_at')})",
    ),
    Count(
        "into_coordination", Section.REFERRAL, Unit.EVENTS, gettext_lazy("多機関協働へつないだ件数"),
        gettext_lazy("この月に、受付・振り分けやほかの流れから「②多機関協働」に進んだ回数。一度離れて戻ったケースも、戻った月に数えます。"),
        f"SELECT e.id AS subject, e.case_id, jsonb_build_object({_cell('from_flow', _FLOW_BEFORE)}) AS groups"
        f" FROM casework_caseevent e WHERE {_INTO_COORDINATION.format('e')} AND {_within('e.at')}",
        (FROM,), beside="coordination_new",
    ),
    Count(
        "referrals", Section.REFERRAL, Unit.EVENTS, gettext_lazy("つないだ件数"),
        gettext_lazy("送った日がこの月のつなぎの数。同じケースを2つの機関につなぐと2件。あとで取り消したものもふくみます。"),
        f"SELECT r.id AS subject, r.case_id, jsonb_build_object({_cell('receiver', 'r.receiver_id::text')}) AS groups"
        f" FROM casework_referral r WHERE {_within('r.sent_at')}",
        (RECEIVER,),
    ),
    Count(
        "returns", Section.REFERRAL, Unit.EVENTS, gettext_lazy("つなぎ戻し"),
        gettext_lazy("返事のあった日がこの月の「つなぎ戻し」の数（すべての流れ）。つなぎを送った月ではありません。流れは、そのつなぎを送ったときのもので、"
                     "多機関協働だけの数は、その内訳にあります。"),
        "SELECT a.id AS subject, a.case_id, jsonb_build_object("
        f"{_cell('receiver', 'a.agency_id::text')}, {_cell('reason', 'a.reason')}, {_cell('flow', _FLOW_OF_REFERRAL)}) AS groups"
        " FROM casework_referralanswer a JOIN casework_referral r ON r.id = a.referral_id"
        f" WHERE a.kind = 'returned' AND {_within('a.said_at')}",
        (RECEIVER, REASON, FLOW),
    ),
    Count(
        "coordination_new", Section.COORDINATION, Unit.CASES, gettext_lazy("新しく始めた多機関協働"),
        gettext_lazy("この月に初めて「②多機関協働」に進んだケースの数。一度離れて戻ったケースは数えません。同意は、月末までにだれか1人でも"
                     "「同意する」と答えた記録があれば「同意あり」。持ちこんだ機関の種類は、最初の相談によります。"),
        "SELECT e.case_id AS subject, e.case_id, jsonb_build_object("
        + _cell("consent", "CASE WHEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.case_id = e.case_id"
                " AND s.answer = 'given' AND s.explained_on < next_on) THEN 'with' ELSE 'without' END") + ", "
        + _cell("brought", f"coalesce((SELECT coalesce(g.kind, nullif(o.referrer_type, ''), {_SPOKE}, 'self') FROM casework_contact o"
                " LEFT JOIN casework_brought b ON b.id = o.brought_id LEFT JOIN marugoto_permissions_agency g ON g.id = b.agency_id"
                " WHERE o.case_id = e.case_id ORDER BY o.received_at, o.id LIMIT 1), 'self')")
        + f") AS groups FROM casework_caseevent e WHERE {_INTO_COORDINATION.format('e')} AND {_within('e.at')}"
        f" AND NOT EXISTS (SELECT 1 FROM casework_caseevent p WHERE p.case_id = e.case_id AND {_INTO_COORDINATION.format('p')}"
        " AND (p.at, p.id) < (e.at, e.id))",
        (CONSENT, BROUGHT),
    ),
    Count(
        "assessments", Section.COORDINATION, Unit.EVENTS, gettext_lazy("アセスメント"),
        gettext_lazy("確定した日がこの月のアセスメントの版の数（すべての流れ）。そのケースで初めてのものは「初めて」、そのあとは「見直し」。書きかけは数えません。"
                     "多機関協働だけの数は、確定したときの流れの内訳にあります。"),
        "SELECT v.id AS subject, v.case_id, jsonb_build_object("
        + _cell("first", "CASE WHEN v.version = 1 THEN 'first' ELSE 'again' END") + ", "
        + _cell("flow", _flow_at("v.case_id", "v.fixed_at"))
        + f") AS groups FROM casework_assessment v WHERE {_within('v.fixed_at')}",
        (FIRST, FLOW),
    ),
    Count(
        "coordination_open", Section.COORDINATION, Unit.CASES, gettext_lazy("支援中の多機関協働（月末）"),
        gettext_lazy("月の終わりに「②多機関協働」の流れにあり、終わっていないケースの数。中断をふくみます。"),
        f"SELECT c.id AS subject, c.id AS case_id, '{{}}'::jsonb AS groups FROM {_THEN} c"
        f" WHERE c.flow = '{Flow.COORDINATION}' AND c.stage IN ({_OPEN})",
    ),
    Count(
        "suspended", Section.COORDINATION, Unit.EVENTS, gettext_lazy("中断"),
        gettext_lazy("この月に「中断」に進んだ回数（すべての流れ）。多機関協働だけの数は、流れの内訳にあります。"),
        f"SELECT e.id AS subject, e.case_id, jsonb_build_object({_cell('flow', _FLOW_AFTER)}) AS groups"
        " FROM casework_caseevent e"
        f" WHERE e.verb = 'stage_changed' AND e.after ->> 'stage' = '{Stage.SUSPENDED}' AND {_within('e.at')}",
        (FLOW,),
    ),
    Count(
        "closed", Section.COORDINATION, Unit.CASES, gettext_lazy("終結"),
        gettext_lazy("終結シートを書いた日がこの月のケースの数（すべての流れ）。多機関協働だけの数は、流れの内訳にあります。"),
        f"SELECT l.id AS subject, l.case_id, jsonb_build_object({_cell('close_kind', 'l.kind')}, {_cell('flow', 'c.flow')}) AS groups"
        f" FROM casework_closure l JOIN casework_case c ON c.id = l.case_id WHERE {_within('l.closed_at')}",
        (CLOSE_KIND, FLOW),
    ),
    Count(
        "coordination_closed", Section.COORDINATION, Unit.CASES, gettext_lazy("多機関協働の終結"),
        gettext_lazy("終結シートを書いた日がこの月の、「②多機関協働」のケースの数。"),
        f"SELECT l.id AS subject, l.case_id, jsonb_build_object({_cell('close_kind', 'l.kind')}) AS groups FROM casework_closure l"
        f" JOIN casework_case c ON c.id = l.case_id WHERE c.flow = '{Flow.COORDINATION}' AND {_within('l.closed_at')}",
        (CLOSE_KIND,), beside="closed", is_part=True,
    ),
    Count(
        "coordination_plans", Section.COORDINATION, Unit.EVENTS, gettext_lazy("多機関協働のプラン"),
        gettext_lazy("決定した日がこの月のプランのうち、決定を書きとめたとき「②多機関協働」の流れにあったケースのもの。"),
        f"SELECT p.id AS subject, p.case_id, jsonb_build_object({_cell('plan', _IS_AGAIN)}) AS groups FROM {_PLANS}"
        f" AND {_FLOW_OF_PLAN} = '{Flow.COORDINATION}'",
        (PLAN,), beside="plans", is_part=True,
    ),
    Count(
        "plans", Section.MEETING, Unit.EVENTS, gettext_lazy("決定したプラン"),
        gettext_lazy("決定した日がこの月のプランの数。案を書いた日ではありません。そのケースで前に決定したプランがあれば「再プラン」。"
                     "同意の前の申合せは、プランに数えません。使うサービス・事業は、プランの「利用するサービス・事業」か役割で選んだものを、"
                     "1つのプランに1回ずつ数えます。2つ使うプランはどちらにも入り、言葉だけで書いたものは入りません。"),
        f"SELECT p.id AS subject, p.case_id, jsonb_build_object({_cell('plan', _IS_AGAIN)}, {_cell('flow', _FLOW_OF_PLAN)},"
        f" {_SERVICES}) AS groups FROM {_PLANS}",
        (PLAN, FLOW, SERVICE),
    ),
    Count(
        "sessions", Section.MEETING, Unit.SESSIONS, gettext_lazy("会議を開いた回数"),
        gettext_lazy("この月に開いた会議の数。いくつのケースを話しても1回です。1回の会議で種類のちがう議題を話したときは、それぞれの種類で1回と数えるので、"
                     "内訳を足すと合計より多くなることがあります。すべての議題を会議の前に取り下げた会議は数えません。"),
        "SELECT a.meeting_id AS subject, a.case_id, jsonb_build_object("
        + _cell("meeting", "a.kind") + f") AS groups FROM {_ON_TABLE.format(_within('m.held_at'))}",
        (HELD,), is_once=True,
    ),
    Count(
        "discussed", Section.MEETING, Unit.EVENTS, gettext_lazy("会議で検討したケース（延べ）"),
        gettext_lazy("この月に開いた会議の議題の数。同じケースを2回検討すると2件。会議の前に取り下げた議題は数えません。"),
        "SELECT a.id AS subject, a.case_id, jsonb_build_object("
        + _cell("meeting", "a.kind") + f") AS groups FROM {_ON_TABLE.format(_within('m.held_at'))}",
        (MEETING,),
    ),
    Count(
        "decisions", Section.DECISION, Unit.EVENTS, gettext_lazy("決定"),
        gettext_lazy("決定した日がこの月の決定の数。書きとめた日ではありません。前の決定か、その役割に代わるものは「見直し」です。"),
        "SELECT d.id AS subject, d.case_id, jsonb_build_object("
        + _cell("first", "CASE WHEN EXISTS (SELECT 1 FROM casework_decisionend e WHERE e.decision_id = d.id)"
                " OR EXISTS (SELECT 1 FROM casework_roleend e WHERE e.decision_id = d.id) THEN 'again' ELSE 'first' END")
        + ") AS groups FROM casework_decision d WHERE d.decided_on >= first_on AND d.decided_on < next_on",
        (FIRST,),
    ),
    Count(
        "roles", Section.DECISION, Unit.EVENTS, gettext_lazy("決めた役割"),
        gettext_lazy("この月の決定にある役割の数と、月末までの引受けの回答。返事がないことは、引き受けたことになりません。"),
        "SELECT w.id AS subject, w.case_id, jsonb_build_object("
        + _cell("agency", "w.agency_id::text") + ", "
        + _cell("answer", "coalesce((SELECT a.kind FROM casework_roleanswer a WHERE a.role_id = w.id"
                f" AND a.kind IN ('accepted', 'conditional', 'declined') AND {_AT_END} ORDER BY a.sequence DESC LIMIT 1), '')")
        + ") AS groups FROM casework_rolerow w JOIN casework_decision d ON d.id = w.decision_id"
        " WHERE d.decided_on >= first_on AND d.decided_on < next_on",
        (AGENCY, ANSWER),
    ),
    Count(
        "seats_days", Section.OUTCOME, Unit.CASES, gettext_lazy("受付から、4つの席がそろうまでの開庁日数"),
        gettext_lazy("主担当・連絡窓口・緊急時・進捗確認の4つの席の全部に、引き受ける（条件付きをふくむ）返事がこの月にそろったケース。"
                     "最初の相談の次の開庁日を1日目として数えた日数の、まん中の値です。相談より先にそろっていたものは0日。"),
        "SELECT d.case_id AS subject, d.case_id, jsonb_build_object("
        + _cell("days", f"greatest(0, width_bucket({_DONE_ON}, working) - width_bucket({_BEGUN_ON}, working))::text")
        + ") AS groups FROM (SELECT s.case_id, max(s.at) AS done_at FROM (SELECT w.case_id, w.seat, min(a.said_at) AS at"
        " FROM casework_rolerow w JOIN casework_roleanswer a ON a.role_id = w.id AND a.kind IN ('accepted', 'conditional')"
        " WHERE w.seat <> '' AND w.case_id IN (SELECT x.case_id FROM casework_roleanswer x"
        f" WHERE {_within('x.said_at')}) GROUP BY w.case_id, w.seat) s GROUP BY s.case_id HAVING count(*) = {len(Seat)}) d"
        " JOIN casework_case c ON c.id = d.case_id, LATERAL (SELECT min(o.received_at) AS received_at"
        f" FROM casework_contact o WHERE o.case_id = d.case_id) f WHERE {_within('d.done_at')}",
        (DAYS,), Told.MIDDLE,
    ),
    Count(
        "first_contact", Section.OUTCOME, Unit.EVENTS, gettext_lazy("つなぎ先が10開庁日以内に本人に会えた割合"),
        gettext_lazy("送ってから10開庁日目がこの月にあたるつなぎのうち、その日までに「初回接触済」と返事のあったもの。送っただけ、受け入れただけでは"
                     "数えません。断られたものは「会えていない」に入り、その日までに取り消したものは除きます。"),
        "SELECT r.id AS subject, r.case_id, jsonb_build_object("
        + _cell("met", "CASE WHEN EXISTS (SELECT 1 FROM casework_referralanswer a WHERE a.referral_id = r.id"
                f" AND a.kind = 'first_contact' AND a.said_at < {_AFTER_DUE}) THEN 'yes' ELSE 'no' END") + ", "
        + _cell("receiver", "r.receiver_id::text")
        + f") AS groups FROM casework_referral r, LATERAL (SELECT {_DUE} AS on_day) due"
        f" WHERE r.sent_at >= {BEGINS} - interval '40 days' AND r.sent_at < {ENDS}"
        " AND due.on_day >= first_on AND due.on_day < next_on AND NOT EXISTS (SELECT 1 FROM casework_referralrevocation v"
        f" WHERE v.referral_id = r.id AND v.revoked_at < {_AFTER_DUE})",
        (MET, RECEIVER), Told.SHARE,
    ),
    Count(
        "roles_unanswered", Section.OUTCOME, Unit.EVENTS, gettext_lazy("返事のない役割（月末）"),
        gettext_lazy("月の終わりに、終わっていないケースの、終わっていない役割のうち、まだ一度も回答のないものの数。"),
        f"SELECT w.id AS subject, w.case_id, jsonb_build_object({_cell('agency', 'w.agency_id::text')}) AS groups"
        f" FROM casework_rolerow w JOIN casework_decision d ON d.id = w.decision_id JOIN {_THEN} c ON c.id = w.case_id"
        f" WHERE d.recorded_at < {ENDS} AND c.stage IN ({_OPEN})"
        f" AND NOT EXISTS (SELECT 1 FROM casework_roleend e WHERE e.role_id = w.id AND e.ended_at < {ENDS})"
        f" AND NOT EXISTS (SELECT 1 FROM casework_roleanswer a WHERE a.role_id = w.id AND {_AT_END})",
        (AGENCY,),
    ),
    Count(
        "without_next", Section.OUTCOME, Unit.CASES, gettext_lazy("次の行動が決まっていないケース（月末）"),
        gettext_lazy("月の終わりに終わっていないケースのうち、終わっていない期限が1つもないもの。"),
        f"SELECT c.id AS subject, c.id AS case_id, jsonb_build_object({_cell('flow', 'c.flow')}) AS groups FROM {_THEN} c"
        f" WHERE c.stage IN ({_OPEN}) AND NOT EXISTS (SELECT 1 FROM casework_task t WHERE t.case_id = c.id AND t.made_at < {ENDS}"
        f" AND NOT EXISTS (SELECT 1 FROM casework_taskend x WHERE x.task_id = t.id AND x.ended_at < {ENDS}))",
        (FLOW,),
    ),
)}  # fmt: skip

COUNTED_ONCE = tuple(count.code for count in COUNTS.values() if count.is_once)
