"""Cases are handed over and come back; sheets are printed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from casework.referrals.actions import (
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.referrals.models import Referral, ReferralLine
from casework.referrals.states import NEXT_KINDS, ReferralAnswerKind
from casework.sharing import actions
from casework.sharing.models import ShareLine
from permissions.agencies.selectors import viewer_for_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.ledger import JAPAN, Agreement, Line
from tests.casework.machine.base import READERS, K, Machine, Sent, agencies, end_of, families, labels


class Referrals(Machine):
    """A referral brings lines and takes them away."""

    @rule(family=families, agency=agencies, who=st.sampled_from(("mother", "son")), agreed=labels)
    def refer(self, family: str, agency: str, who: str, agreed: list[tuple[str, str]]) -> None:
        """The packet is seen at once, what was agreed once it is accepted, and both end with the referral."""
        home, to, by = self.world.families[family], self.world.agencies[agency], self.world.coordinator
        packet = home.label(who, "referral")
        wanted = [home.label(*each) for each in agreed]
        supports = {label: self._support(label, to.pk) for label in (packet, *wanted)}
        draft = ReferralDraft(
            to, packet[1], "見本", "見本", "見本", actions.Ground("consent", "見本"),
            answer_by=self.ledger.now.astimezone(JAPAN).date() + dt.timedelta(days=90),
            agreed=tuple(actions.Label(person, item) for _case, person, item in wanted),
        )  # fmt: skip
        self.touch_agency(agency)
        with acting_for(by):
            if self.ledger.refuses_share(home.case.pk, to.pk) or None in supports.values():
                with pytest.raises(NotAllowed):
                    send_referral(home.case, draft, by=by)
                self.tally["referral refused"] += 1
                return
            row = send_referral(home.case, draft, by=by)
        sent = Sent(row.pk, home.case.pk, packet, to.pk, wanted)
        self.sent.append(sent)
        self._add_lines_of(sent, supports)
        self.tally["referred"] += 1

    @precondition(lambda self: any(not sent.is_over for sent in self.sent))
    @rule(number=st.integers(0, 5), choice=st.integers(0, 5))
    def answer(self, number: int, choice: int) -> None:
        """By the agency if somebody there sees it, else as the center was told on the telephone."""
        waiting = [sent for sent in self.sent if not sent.is_over]
        sent = waiting[number % len(waiting)]
        kinds = NEXT_KINDS[sent.answers[-1] if sent.answers else ""]
        self._answer(sent, kinds[choice % len(kinds)])

    def _answer(self, sent: Sent, kind: str) -> None:
        seat = next(
            (
                self.seat(name)
                for name in READERS
                if self.seat(name).agency == sent.receiver
                and sent.packet in self.ledger.reach(self.seat(name))
            ),
            None,
        )
        viewer = viewer_for_membership(int(str(seat.membership))) if seat else self.world.coordinator
        assert viewer
        self.tally["answered by the agency" if seat else "answered by telephone"] += 1
        draft = AnswerDraft(
            kind, words="見本", reason="no_capacity" if kind == ReferralAnswerKind.RETURNED else "",
            **({} if seat else {"medium": "phone", "contact_person": "見本"}),
        )  # fmt: skip
        with acting_for(self.world.coordinator):
            row = Referral.objects.get(pk=sent.key)
        with acting_for(viewer):
            answer_referral(row, draft, answered=len(sent.answers), by=viewer)
        sent.answers.append(kind)
        if kind == ReferralAnswerKind.ACCEPTED:
            self._share_what_was_agreed(sent)
        elif kind == ReferralAnswerKind.FIRST_CONTACT:
            self.holders[sent.case] = sent.receiver
        elif kind in (ReferralAnswerKind.DECLINED, ReferralAnswerKind.RETURNED):
            self._give_back(sent)
        self.tally[f"answered {kind}"] += 1
        self.touch_agency(self.agency_name(sent.receiver))

    def _share_what_was_agreed(self, sent: Sent) -> None:
        supports = {label: self._support(label, sent.receiver) for label in sent.agreed}
        if self.ledger.refuses_share(sent.case, sent.receiver) or None in supports.values():
            self.tally["agreed items not shared"] += 1
            return
        self._add_lines_of(sent, supports)

    @precondition(lambda self: any(not sent.is_over for sent in self.sent))
    @rule(number=st.integers(0, 5))
    def revoke(self, number: int) -> None:
        waiting = [sent for sent in self.sent if not sent.is_over]
        sent, by = waiting[number % len(waiting)], self.world.coordinator
        with acting_for(by):
            revoke_referral(Referral.objects.get(pk=sent.key), reason="見本", by=by)
        sent.is_revoked = True
        self._give_back(sent)
        self.tally["revoked"] += 1
        self.touch_agency(self.agency_name(sent.receiver))

    def _give_back(self, sent: Sent) -> None:
        if self.holders[sent.case] == sent.receiver:
            self.holders[sent.case] = self.world.coordinator.agency.pk
        self.ledger.end_all([line for line in sent.lines if not self.ledger.is_gone(line)])

    def _support(self, label: Any, agency: Any) -> list[Agreement] | None:
        family = next(home for home in self.world.families.values() if home.case.pk == label[0])
        return self.ledger.support(label, agency, [person.pk for person in family.people.values()])

    def _add_lines_of(self, sent: Sent, supports: dict[Any, Any]) -> None:
        """The lines a referral has now and had not before are those of the labels, and no other."""
        with acting_for(self.world.coordinator):
            kept = ReferralLine.objects.filter(referral=sent.key).values("line")
            known = [line.key for line in sent.lines]
            made = list(ShareLine.objects.filter(pk__in=kept).exclude(pk__in=known))
        by_label = {(row.case_id, row.person_id, row.item): row for row in made}
        wanted = {sent.packet} if not sent.lines else set(sent.agreed)
        assert set(by_label) == wanted
        assert len(made) == len(wanted)
        self.ledger.open_envelope(sent.case, sent.receiver)
        for number, (label, row) in enumerate(sorted(by_label.items(), key=str)):
            support = supports[label]
            line = Line(
                row.pk, label, sent.receiver, "consent", self.ledger.now, end_of(support, None),
                self.tally["shared"] + number, frozenset(each.key for each in support), row.evidence,
            )  # fmt: skip
            self.ledger.add(line)
            sent.lines.append(line)
        self.tally["shared"] += len(made)

    def refer_accept_and_return(self) -> None:
        """The whole way of a case that comes back, whatever came before."""
        before = len(self.sent)
        for agency in self._let_in("tomono")[:1]:
            self.agree("tomono", "mother", agency, ["referral", "money"], None)
            self.agree("tomono", "son", agency, ["basic"], None)
            self.refer("tomono", agency, "mother", [("mother", "money"), ("son", "basic")])
        for kind in (K.RECEIVED, K.ACCEPTED, K.FIRST_CONTACT, K.RETURNED):
            for sent in self.sent[before:]:
                self._answer(sent, kind)

    def refer_and_revoke(self) -> None:
        for agency in self._let_in("hazuki")[:1]:
            self.agree("hazuki", "mother", agency, ["referral", "health"], None)
            self.refer("hazuki", agency, "mother", [("mother", "health")])
            self.revoke(len([sent for sent in self.sent if not sent.is_over]) - 1)

    def _let_in(self, family: str) -> list[str]:
        """Let everybody back in; return the agencies with which the case can be shared then."""
        if self.ledger.is_somebody_out():
            self.all_come_back()
        case = self.world.families[family].case.pk
        return [name for name, x in self.world.agencies.items() if not self.ledger.refuses_share(case, x.pk)]
