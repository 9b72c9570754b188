"""Meetings (会議), the cases on their agenda, who sits there, and what they are given to read.

The law of the meeting is the item's, not the meeting's: one afternoon may hold a 重層的支援会議 about the mother and a 支援会議
about the son (domain.md R-MTG-1). None of these rows carries a label: no line of the ledger opens them. The center sees them, and from
release to return the people who were named, each for themselves (sql.py, ``wall_agenda``).
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.ordinances.models import MeetingKind
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

LONGEST_CIRCULATION = dt.timedelta(days=31)


class Meeting(Walled):
    """One coming together (会議). ``label`` is what the city calls it; what the law calls it stands with each item.

    Holds no content of a case: whoever was named for one of its items sees it. ``writer``: the one who keeps the minutes now;
    ``convener``: who called the members together, which may be the contractor (domain.md 1.10).
    """

    number = models.CharField(_("会議の番号"), max_length=20, unique=True)
    label = models.CharField(_("会議の名前"), max_length=60)
    held_at = models.DateTimeField(_("日時"))
    place = models.CharField(_("場所"), max_length=100, blank=True)
    is_online = models.BooleanField(_("オンライン"), default=False)
    convener = models.CharField(_("招集した人または機関"), max_length=100, blank=True)
    chair = models.CharField(_("議長"), max_length=60)
    writer = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("議事録を書く人")
    )
    ordinance = models.ForeignKey(
        "casework.Ordinance", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("よりどころの要綱"),
    )  # fmt: skip
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("会議")
        constraints = (
            models.CheckConstraint(name="meeting_says_where", condition=~Q(place="") | Q(is_online=True)),
            models.CheckConstraint(name="meeting_has_label", condition=~Q(label="") & ~Q(chair="")),
        )
        indexes = (models.Index(fields=("held_at",), name="meeting_day"),)

    def __str__(self) -> str:
        return self.number


class AgendaItem(Walled):
    """One case on the agenda of one meeting, under exactly one law (議題). Frozen; it leaves by a row of its own."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("順番"))
    kind = models.CharField(_("会議の種類"), max_length=12, choices=MeetingKind.choices)
    purpose = CodeField(_("目的"), list_code="meeting_purpose")
    purpose_text = models.TextField(_("この会議で話すこと"), max_length=1000, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("議題")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "position"), name="agendaitem_in_order"),
            models.CheckConstraint(name="agendaitem_kind_known", condition=Q(kind__in=MeetingKind.values)),
            # 106条の6 asks for what the meeting is needed; the database, too.
            models.CheckConstraint(
                name="agendaitem_support_says_why",
                condition=~Q(kind=MeetingKind.SUPPORT) | ~Q(purpose_text=""),
            ),
        )
        indexes = (models.Index(fields=("case", "added_at"), name="agendaitem_case"),)


class AgendaPerson(Walled):
    """One person whose data will be on the table. ``words``: how they are called there (本人, 長男), never their name."""

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="people")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    words = models.CharField(_("会議での呼び方"), max_length=20)

    class Meta:
        verbose_name = _("議題の人")
        constraints = (
            models.UniqueConstraint(fields=("agenda", "person"), name="agendaperson_once"),
            models.CheckConstraint(name="agendaperson_has_words", condition=~Q(words="")),
        )


class AgendaMember(Walled):
    """One person who sits there, named before the papers open (domain.md R-MTG-3): nobody else of their agency.

    ``is_whole``: sees papers, prep sheets and minutes. Else the smallest view: what is talked about, papers marked for them, their own
    sheet (R-MTG-8).
    """

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="members")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    is_whole = models.BooleanField(_("すべての資料を見る"), default=True)
    named_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=ClockNow)

    word: AloneDeclaration | None = None  # as far as it reaches the reader (selectors.py)

    class Meta:
        verbose_name = _("構成員")
        constraints = (models.UniqueConstraint(fields=("agenda", "membership"), name="agendamember_once"),)


class PaperRelease(Walled):
    """That the papers of an item were opened to its members, and until when. From here on the members are fixed."""

    agenda = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="release")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=ClockNow)
    return_by = models.DateTimeField(_("見られる期限"))
    released_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("資料の公開")
        constraints = (
            models.CheckConstraint(name="paperrelease_in_order", condition=Q(return_by__gt=F("released_at"))),
        )


class RemovalCause(models.TextChoices):
    """Why an item left the agenda."""

    WITHDRAWN = "withdrawn", _("同意が撤回された")
    LEFT = "left", _("世帯を離れた")
    DECIDED = "decided", _("センターが取り下げた")


class AgendaRemoval(Walled):
    """That an item left the agenda, and why: for the center alone. Its members do not see it from this moment."""

    agenda = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="removal")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(_("取り下げのわけ"), max_length=12, choices=RemovalCause.choices)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    removed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    removed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("議題の取り下げ")
        constraints = (
            models.CheckConstraint(
                name="agendaremoval_cause_known", condition=Q(cause__in=RemovalCause.values)
            ),
            models.CheckConstraint(
                name="agendaremoval_says_why", condition=~Q(cause=RemovalCause.DECIDED) | ~Q(reason="")
            ),
        )


class PaperKind(models.TextChoices):
    """What a paper tells (domain.md 1.9)."""

    PICTURE = "picture", _("把握している世帯像")
    CURRENT = "current", _("いまの取組")
    WANTED = "wanted", _("かかわってほしい機関")
    REQUEST = "request", _("各機関へのお願い")
    PLAN = "plan", _("支援プランの案")
    OTHER = "other", _("そのほか")


class AgendaPaper(Walled):
    """One text that the members are given to read (会議資料). Frozen; what is wrong is said in a further one.

    ``plan``: the version of which it tells, as far as everybody at the table may read it; members read the paper, never the version.
    """

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="papers")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("資料の種類"), max_length=12, choices=PaperKind.choices)
    text = models.TextField(_("内容"), max_length=12_000)
    plan = models.ForeignKey(
        "casework.Plan", on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    is_for_all = models.BooleanField(_("民生委員などにも見せる"), default=False)
    # The items of 支援会議 whose 会議限り words it repeats: only who sat there sits here (domain.md R-MTG-6).
    kept_from = ArrayField(models.UUIDField(), blank=True, default=list, editable=False)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("会議資料")
        constraints = (
            models.CheckConstraint(name="agendapaper_kind_known", condition=Q(kind__in=PaperKind.values)),
            models.CheckConstraint(name="agendapaper_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="agendapaper_is_of_plan",
                condition=Q(kind=PaperKind.PLAN, plan__isnull=False)
                | ~Q(kind=PaperKind.PLAN) & Q(plan__isnull=True),
            ),
        )


class PrepSheet(Walled):
    """What one agency says before the meeting (準備シート, domain.md 1.9). Frozen; the newest of an agency counts."""

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="prep_sheets")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()
    knows = models.TextField(_("知っていること"), max_length=2000, blank=True)
    can_do = models.TextField(_("できること"), max_length=2000, blank=True)
    cannot_do = models.TextField(_("できないことと、そのわけ"), max_length=2000, blank=True)
    needs = models.TextField(_("必要なこと・お願い"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("準備シート")
        constraints = (
            models.UniqueConstraint(fields=("agenda", "agency", "sequence"), name="prepsheet_in_sequence"),
            models.CheckConstraint(
                name="prepsheet_says_something",
                condition=~Q(knows="") | ~Q(can_do="") | ~Q(cannot_do="") | ~Q(needs=""),
            ),
        )


class MinutesTexts(Walled):
    """What the minutes of one item say (議事録, domain.md 1.9)."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    facts = models.TextField(_("出された事実"), max_length=8000, blank=True)
    points = models.TextField(_("話し合ったこと"), max_length=8000, blank=True)
    reservations = models.TextField(_("留保・反対の意見"), max_length=4000, blank=True)
    handling = models.TextField(_("情報の取扱い"), max_length=2000, blank=True)
    version = models.PositiveIntegerField()

    class Meta:
        abstract = True


class MinutesDraft(MinutesTexts):
    """The minutes while they are written, by one person at a time; gone when they are fixed."""

    agenda = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="draft")
    saved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("書きかけの議事録")


class Minutes(MinutesTexts):
    """The minutes of one item as they stand for good. From here on nothing of the item changes.

    ``present``: the memberships that were there. ``version``: of the draft that was fixed. ``decided``: what a 支援会議
    decided in words, for whoever reads its minutes as a whole; empty in minutes from before there was the field.
    """

    agenda = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="minutes")
    present = ArrayField(models.BigIntegerField(), blank=True, default=list, verbose_name=_("出席した人"))
    decided = models.TextField(_("決めたこと"), blank=True, default="")
    # When what was decided is looked at again (見直しの日); a deadline of whoever works on the case.
    review_on = models.DateField(_("見直しの日"), null=True, blank=True)
    # Who wrote them last: the writer of the meeting may change for its other items. Not known of minutes from before.
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    fixed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    fixed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("議事録")
        constraints = (
            models.CheckConstraint(name="minutes_say_something", condition=~Q(facts="") | ~Q(points="")),
        )

    @property
    def review_key(self) -> uuid.UUID:
        """Return the key of the task that asks for the review, where there is a day for it."""
        return uuid.uuid5(self.agenda_id, "review")


class MinutesAttendee(Walled):
    """Somebody beside the members who was at the table, of the household or somebody else; comes with the fixed minutes.

    ``words``: of the household how they are called there (本人, 長男), never their name; else the name, with ``capacity`` (通訳, 叔母,
    成年後見人). Nothing opens for them.
    """

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="attendees")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+", null=True)
    position = models.PositiveSmallIntegerField()
    words = models.CharField(_("会議での呼び方、または氏名"), max_length=60)
    capacity = models.CharField(_("立場"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("会議に出席した本人・家族・その他")
        constraints = (
            models.UniqueConstraint(fields=("agenda", "position"), name="minutesattendee_in_order"),
            models.UniqueConstraint(fields=("agenda", "person"), name="minutesattendee_once"),
            models.CheckConstraint(
                name="minutesattendee_person_or_capacity",
                condition=~Q(words="")
                & (Q(person__isnull=False, capacity="") | Q(person__isnull=True) & ~Q(capacity="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.position}"


class MinutesCirculation(Walled):
    """That the fixed minutes of an item were passed round to its members (議事録の回覧), and until when they read them.

    The minutes alone: papers and prep sheets stay as shut as they are (domain.md R-MTG-4).
    """

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="circulations")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(_("議事録を読める期限"))
    circulated_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    circulated_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("議事録の回覧")
        constraints = (
            models.CheckConstraint(
                name="minutescirculation_in_order",
                condition=Q(
                    until__gt=F("circulated_at"), until__lte=F("circulated_at") + LONGEST_CIRCULATION
                ),
            ),
        )
        indexes = (models.Index(fields=("agenda", "until"), name="minutescirculation_agenda"),)


class ReceiptMedium(models.TextChoices):
    """How the minutes came to a member."""

    SCREEN = "screen", _("画面")
    PAPER = "paper", _("紙")


class MinutesReceipt(Walled):
    """That one member has received the fixed minutes (受領): said by themselves, or on paper as ``recorded_by`` of the center saw."""

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="receipts")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=ClockNow)
    medium = models.CharField(
        _("受け取りかた"), max_length=6, choices=ReceiptMedium.choices, default=ReceiptMedium.SCREEN
    )
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("議事録の受領")
        constraints = (
            models.UniqueConstraint(fields=("agenda", "membership"), name="minutesreceipt_once"),
            models.CheckConstraint(
                name="minutesreceipt_on_paper_by_whom",
                condition=Q(medium=ReceiptMedium.SCREEN, recorded_by__isnull=True)
                | Q(medium=ReceiptMedium.PAPER, recorded_by__isnull=False),
            ),
        )


class Agreed(models.TextChoices):
    """What a member says to a question about the meeting."""

    YES = "yes", _("はい")
    UNSURE = "unsure", _("どちらともいえない")
    NO = "no", _("いいえ")


class Questionnaire(Walled):
    """What one member says of the meeting afterwards, in their own name (会議後アンケート, domain.md 1.9). Once; the center reads it.

    Answered by whoever reads the fixed minutes, for as long as they do; no other member reads it.
    """

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    role_clear = models.CharField(
        _("自分の機関の役割がはっきりしましたか"), max_length=6, choices=Agreed.choices
    )
    could_talk = models.CharField(_("必要なことを話し合えましたか"), max_length=6, choices=Agreed.choices)
    noticed = models.TextField(_("気づいたこと"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("会議後アンケート")
        constraints = (
            models.UniqueConstraint(fields=("agenda", "membership"), name="questionnaire_once"),
            models.CheckConstraint(
                name="questionnaire_answers_known",
                condition=Q(role_clear__in=Agreed.values, could_talk__in=Agreed.values),
            ),
        )


class AloneDeclaration(Walled):
    """That one member who attends online is alone in a closed room (domain.md R-MTG-7): said by themselves, or by mouth to ``taken_by``.

    One of an item: who comes for the second case of an afternoon is asked again.
    """

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="declarations")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("ひとりの部屋の確認")
        constraints = (
            models.UniqueConstraint(fields=("agenda", "membership"), name="alonedeclaration_once"),
        )


class PaperCopy(Walled):
    """One numbered copy on paper, and to whom it was handed (domain.md R-MTG-5)."""

    agenda = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="copies")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("配布番号"))
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("渡した人")
    )
    handed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("紙の資料")
        constraints = (models.UniqueConstraint(fields=("agenda", "number"), name="papercopy_numbered"),)


class PaperReturn(Walled):
    """That a copy came back."""

    copy = models.OneToOneField(PaperCopy, on_delete=models.PROTECT, related_name="back")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    ticked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("紙の資料の返却")
