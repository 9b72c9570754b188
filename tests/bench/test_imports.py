"""Moving in, in small: both sides leave the same, and by night what is planted must come out."""

import pytest
from django.conf import settings

from casework.registers import taking, together
from marugoto_site.database import choice
from tests.bench import imports, run
from tests.bench.measure import Disagreement
from tests.nights import by_night

pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture
def measure_small(django_db_blocker):
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR)
    with django_db_blocker.unblock():
        yield lambda **more: imports.measure_imports(
            **{"households": 80, "sample": 10, "known": 40, "rounds": 2} | more
        )


def test_both_sides_leave_the_same_and_are_measured(measure_small):
    figures = measure_small()

    assert [figure.key for figure in figures] == ["import", "import, COPY of what it leaves"]
    assert [(figure.goal, figure.rounds) for figure in figures] == [(imports.GOAL, 2), (imports.OF_COPY, 2)]
    assert figures[0].ratio > 3  # in small, beside other tests


def test_every_hundredth_row_is_bad_and_every_kind_of_fault_is_there():
    ledger = imports.ledger_of(300, seed=1)
    bad = {position: code for position, code in ledger.faults.items() if code != "household"}
    assert list(bad) == list(range(101, len(ledger.rows) + 2, 100))
    assert set(bad.values()) == {code for _column, _text, code in imports.FAULTS}
    assert len({cells[7] for _position, cells in ledger.rows}) == len(ledger.rows)


@by_night
def test_taking_one_by_one_misses_the_goal_and_fails_the_run(measure_small, monkeypatch, capsys):
    monkeypatch.setattr(taking, "AT_ONCE", 1)
    monkeypatch.delenv("BENCH_REPORT_ONLY", raising=False)

    figure = measure_small(households=30, sample=8, known=8)[0]

    assert figure.is_miss
    assert run.verdict([figure]) == 1
    assert "MISSED: import, center" in capsys.readouterr().out


def _without_keys(monkeypatch):
    monkeypatch.setattr(together, "index_all", lambda rows: None)


def _without_log(monkeypatch):
    monkeypatch.setattr(together, "record_each", lambda *args: None)


def _without_what_was_kept(monkeypatch):
    def cleared(rows):
        told = list(rows)
        for row in told:
            row.cells = []
        honest(told)

    honest = together.write_taken
    monkeypatch.setattr(together, "write_taken", cleared)


def _a_number_too_many(monkeypatch):
    honest = together.next_numbers
    monkeypatch.setattr(together, "next_numbers", lambda series, count: honest(series, count + 1)[1:])


@by_night
@pytest.mark.parametrize("plant", [_without_keys, _without_log, _without_what_was_kept, _a_number_too_many])
def test_other_content_is_found_out(measure_small, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(Disagreement, match="import: "):
        measure_small()


def _nobody_is_known(monkeypatch):
    monkeypatch.setattr(taking, "add_alike", lambda drafts, viewer: None)


def _faults_are_not_told(monkeypatch):
    def told(rows):
        shown = list(rows)
        for row in shown:
            row.findings = []
        honest(shown)

    honest = taking.write_found
    monkeypatch.setattr(taking, "write_found", told)


@by_night
@pytest.mark.parametrize("plant", [_nobody_is_known, _faults_are_not_told])
def test_other_report_is_found_out(measure_small, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(Disagreement, match="the report differs"):
        measure_small()
