"""One short history in six chapters: everything once that sharing knows, and everybody concerned looked at after each step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from casework.referrals.states import ReferralAnswerKind
from tests.casework.machine.sharing import SharingMachine

HOUR = dt.timedelta(hours=1)


def share_and_end(machine: SharingMachine) -> None:
    consent, law = [
        machine._share("hazuki", "anshin", [("mother", "basic")], basis=basis)[0]
        for basis in ("consent", "law")
    ]
    look(machine, "anshin", "anshin_admin", "kenko", "jiritsu")
    machine._make_sheet("hazuki", "anshin")
    look(machine, "anshin")
    for line in (consent, law):
        machine.end(line)
        look(machine, "anshin", "chief")
    machine._share("hazuki", "kenko", [("mother", "basic")])
    (health,) = machine._share("hazuki", "kenko", [("mother", "health")])
    machine.end(health)
    look(machine, "kenko")
    until = machine.ledger.now + HOUR
    machine._share("hazuki", "kenko", [("son", "basic"), ("son", "health")], until=until)
    machine._share("tomono", "jiritsu", [("", "roles"), ("mother", "basic")])
    machine._share("tomono", "other", [("son", "money")], starts_at=until, until=until + HOUR)
    look(machine, "kenko")
    look(machine, "jiritsu", "other")
    machine.move_to_the_next_end(0)
    look(machine, "kenko")
    look(machine, "other")


def keep_out_and_leave(machine: SharingMachine) -> None:
    machine._share("tomono", "jiritsu", [("", "roles"), ("mother", "basic")])
    machine.block("tomono", "agency jiritsu")
    machine.block("hazuki", "reception")
    look(machine, "jiritsu")
    look(machine, "reception", "chief")
    machine.lift(next(iter(machine.ledger.blocks)))
    for happens in (
        lambda: machine.end_person("jiritsu", "deactivated"),
        lambda: machine.end_person("jiritsu", "left"),
        lambda: machine.end_agency("jiritsu", "closed"),
        lambda: machine.end_agency("jiritsu", "contract over"),
    ):
        happens()
        look(machine, "jiritsu", "nurse@jiritsu")
        machine.all_come_back()
    machine.sweep()
    look(machine, "jiritsu", "chief")


def hide_and_seal(machine: SharingMachine) -> None:
    machine.lift_all()
    machine.seal("hazuki")
    look(machine, "reception", "coordinator")
    machine.seal("hazuki")
    look(machine, "reception")
    for agency in ("anshin", "other"):
        machine._share("hazuki", agency, [("mother", "basic"), ("mother", "history")], basis="law")
    machine._make_sheet("hazuki", "anshin")
    machine.conceal("hazuki", "other")
    look(machine, "anshin", "other", "chief")
    machine.look_through_files("hazuki")
    look(machine, "anshin")
    machine.lift_concealment(0)
    look(machine, "anshin", "other", "chief")


def hand_over_and_take_back(machine: SharingMachine) -> None:
    machine.refer("tomono", "kenko", "mother", [("mother", "money")])
    look(machine, "kenko")
    machine._answer(machine.sent[-1], ReferralAnswerKind.ACCEPTED)
    look(machine, "kenko")
    machine._answer(machine.sent[-1], ReferralAnswerKind.RETURNED)
    look(machine, "kenko", "chief")


def sit_down_and_leave(machine: SharingMachine) -> None:
    """Before, while and after papers are open and minutes are passed round; and without the consent of one."""

    def look_at_tables() -> None:
        for name in ("anshin", "kenko", "nurse@kenko", "jiritsu", "other"):
            seat = machine.seat(name)
            machine.compare_door([seat], "table")
            if not machine.is_door_alone:
                machine.compare_walls([seat], "table")
        for name, family in (("anshin", "hazuki"), ("nurse@kenko", "hazuki"), ("jiritsu", "tomono")):
            machine.look(name, machine.world.families[family], "meetings")

    look_at_tables()
    first, second, third = machine.world.tables
    block = machine.block("hazuki", "agency anshin")
    look_at_tables()
    machine.lift(block)
    machine.move_clock(second.opens_at)
    look_at_tables()
    machine.withdraw(
        list(machine.ledger.agreements).index(consent_of(machine, "tomono")), "all", "kenko", "basic"
    )
    look_at_tables()
    for moment in (first.return_by, third.return_by, second.return_by, first.passed_until):
        machine.move_clock(moment)
        look_at_tables()


def consent_of(machine: SharingMachine, family: str) -> Any:
    mother = machine.world.families[family].people["mother"].pk
    return next(x.key for x in machine.ledger.agreements.values() if x.person == mother)


def ask_and_take_back(machine: SharingMachine) -> None:
    """Two read it and one is asked, in vain; and once more when its line has ended."""

    def look_at_requests() -> None:
        for name in ("kenko", "jiritsu", "chief"):
            seat = machine.seat(name)
            machine.compare_door([seat], "assessmentrequest")
            if not machine.is_door_alone:
                machine.compare_walls([seat], "assessmentrequest")
            machine.look(name, machine.world.families["hazuki"], "assessment", "notifications", "database")

    lines = [machine._share("hazuki", agency, [("mother", "health")])[0] for agency in ("kenko", "jiritsu")]
    machine._ask(lines[0].label, lines[0].agency)
    look_at_requests()
    machine.ask_no_more()
    machine._ask(lines[0].label, lines[0].agency)
    look_at_requests()
    machine.end(lines[0])
    look_at_requests()


def look(machine: SharingMachine, *names: str) -> None:
    for name in names:
        machine.look_closely(name)


# Each begins with shares of its own: whole, they are everything once that sharing knows.
CHAPTERS = (
    share_and_end,
    keep_out_and_leave,
    hide_and_seal,
    hand_over_and_take_back,
    sit_down_and_leave,
    ask_and_take_back,
)
