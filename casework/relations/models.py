"""Relations between two people of a case: kinship, care, key persons, and what they feel. Source: domain.md 1.3.2, 7.1."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.households.models import Person
from casework.sharing.items import Item
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Group(models.TextChoices):
    """What one pair of people has one of at a time."""

    PARENT = "parent", _("親子")
    COUPLE = "couple", _("夫婦・パートナー")
    SIBLING = "sibling", _("きょうだい")
    KEY = "key", _("キーパーソン")
    CARE = "care", _("世話・介護")
    FEELING = "feeling", _("気持ちのつながり")
    VIOLENCE = "violence", _("暴力")


class Kind(models.TextChoices):
    """What ``one`` is to ``other``, as it stands in 「AさんはBさんの…」."""

    BIRTH_PARENT = "birth_parent", _("実の親")
    ADOPTIVE_PARENT = "adoptive_parent", _("養親（養子縁組）")
    FOSTER_PARENT = "foster_parent", _("里親")
    STEP_PARENT = "step_parent", _("継親（親の再婚相手）")
    MARRIED = "married", _("配偶者（婚姻）")
    COMMON_LAW = "common_law", _("パートナー（事実婚・同棲）")
    SEPARATED = "separated", _("配偶者（別居）")
    DIVORCED = "divorced", _("離婚した元の配偶者")
    SIBLING = "sibling", _("きょうだい")
    TWIN = "twin", _("双子のきょうだい")
    KEY = "key", _("キーパーソン")
    CARER = "carer", _("世話・介護をしている人")
    STRONG = "strong", _("つながりの強い相手")
    WEAK = "weak", _("つながりの弱い相手")
    CONFLICT = "conflict", _("対立している相手")
    CUT_OFF = "cut_off", _("縁を切っている相手")
    VIOLENT = "violent", _("暴力をふるう人")


GROUPS: dict[Group, tuple[Kind, ...]] = {
    Group.PARENT: (Kind.BIRTH_PARENT, Kind.ADOPTIVE_PARENT, Kind.FOSTER_PARENT, Kind.STEP_PARENT),
    Group.COUPLE: (Kind.MARRIED, Kind.COMMON_LAW, Kind.SEPARATED, Kind.DIVORCED),
    Group.SIBLING: (Kind.SIBLING, Kind.TWIN),
    Group.KEY: (Kind.KEY,),
    Group.CARE: (Kind.CARER,),
    Group.FEELING: (Kind.STRONG, Kind.WEAK, Kind.CONFLICT, Kind.CUT_OFF),
    Group.VIOLENCE: (Kind.VIOLENT,),
}
GROUP_OF: dict[str, Group] = {kind.value: group for group, kinds in GROUPS.items() for kind in kinds}
# Between two people who are the same to each other.
MUTUAL = (Group.COUPLE, Group.SIBLING, Group.FEELING)

# What must be shared of both people beside their basics: (of one, of other). That somebody is cared for tells of their
# health; what two people feel is how staff see them. Violence is the center's alone (decision 016).
NEEDS: dict[Group, tuple[Item, Item]] = {
    Group.PARENT: (Item.BASIC, Item.BASIC),
    Group.COUPLE: (Item.BASIC, Item.BASIC),
    Group.SIBLING: (Item.BASIC, Item.BASIC),
    Group.KEY: (Item.BASIC, Item.BASIC),
    Group.CARE: (Item.BASIC, Item.HEALTH),
    Group.FEELING: (Item.ASSESSMENT, Item.ASSESSMENT),
    Group.VIOLENCE: (Item.ASSESSMENT, Item.ASSESSMENT),
}
SEALED: tuple[Group, ...] = (Group.VIOLENCE,)


def _by_group() -> Q:
    """Group, needed items and seal follow from the kind: nobody chooses them."""
    rule = Q(pk__in=[])
    for group, kinds in GROUPS.items():
        one, other = NEEDS[group]
        rule |= Q(
            group=group,
            kind__in=sorted(kinds),
            one_item=one,
            other_item=other,
            is_sealed=group in SEALED,
        )
    return rule


class Relation(Walled):
    """What one person is to another from a day on. Never edited: what changes is a row that ``follows`` it.

    Seen by whoever is shown the basics of both and ``one_item`` of one and ``other_item`` of the other; sealed ones by
    the center alone. While a household is concealed nobody else sees what links it with anybody outside it.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    one = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=12, choices=Group.choices, editable=False)
    kind = models.CharField(_("関係"), max_length=16, choices=Kind.choices)
    one_item = models.CharField(max_length=12, choices=Item.choices, editable=False)
    other_item = models.CharField(max_length=12, choices=Item.choices, editable=False)
    is_sealed = models.BooleanField(default=False, editable=False)
    since_on = models.DateField(_("いつから"), null=True, blank=True)
    hours_week = models.PositiveSmallIntegerField(_("1週間の時間"), null=True, blank=True)
    words = models.CharField(_("くわしいこと"), max_length=200, blank=True)
    ended_on = models.DateField(_("終わった日"), null=True, blank=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    noted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("関係")
        constraints = (
            models.CheckConstraint(name="relation_of_two", condition=~Q(one=F("other"))),
            models.CheckConstraint(name="relation_follows_kind", condition=_by_group()),
            models.CheckConstraint(
                name="relation_hours_of_care", condition=Q(hours_week__isnull=True) | Q(group=Group.CARE)
            ),
            models.CheckConstraint(
                name="relation_hours_of_week", condition=Q(hours_week__isnull=True) | Q(hours_week__lte=168)
            ),
            models.UniqueConstraint(name="relation_one_follower", fields=("follows",)),
        )
        indexes = (models.Index(fields=("case",), name="relation_case"),)

    @property
    def is_mutual(self) -> bool:
        return self.group in MUTUAL

    @property
    def labels(self) -> list[tuple[uuid.UUID, str]]:
        """Return (person, item) of all that it tells: the basics of both, and what it needs of each beside them."""
        of_both = ((self.one_id, self.one_item), (self.other_id, self.other_item))
        return [
            (person, item) for person, needed in of_both for item in dict.fromkeys((Item.BASIC.value, needed))
        ]

    @property
    def more(self) -> str:
        """Return the hours and words that were written beside it."""
        hours = gettext("1週間におよそ%(hours)s時間") % {"hours": self.hours_week}
        told = ("" if self.hours_week is None else hours, self.words)
        return gettext("、").join(filter(None, told))
