"""The log under eight writers, and its seals, in small: by night what is planted must come out."""

import time

import pytest
from django.conf import settings

from marugoto_site.database import choice
from tests import database
from tests.bench import crowd, log, run, writes
from tests.bench.measure import Disagreement
from tests.nights import by_night

pytestmark = [pytest.mark.slow, pytest.mark.alone]

LOG, NOTES = "marugoto_permissions_auditentry", "casework_note"


@pytest.fixture
def measure_small(django_db_blocker):
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR)
    with django_db_blocker.unblock():
        yield lambda: crowd.measure_crowd(rounds=3, turns=2, seconds=0.3, writers=2)


@pytest.fixture
def plant(monkeypatch):
    """Let the database do something else whenever a row comes:  plant(LOG, "RETURN NULL")"""
    honest = writes.prepare

    def planting(table, words):
        def prepare():
            honest()
            with database.owner_connection(writes.NAME) as owner:
                owner.execute(
                    "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS"
                    f" $$ BEGIN {words}; RETURN NEW; END $$"
                )
                owner.execute(
                    f"CREATE TRIGGER planted BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION planted()"
                )

        monkeypatch.setattr(writes, "prepare", prepare)

    return planting


def test_crowd_measures_both_kinds_and_everything_is_there(measure_small):
    figures = measure_small()

    assert [figure.key for figure in figures] == [
        "audit, eight writers, note sent by form",
        "audit, eight writers, note, the action alone",
    ]
    assert all(figure.goal == crowd.GOAL and figure.rounds == 3 for figure in figures)
    assert all(0.3 < figure.ratio < 3 for figure in figures)


@by_night
def test_slow_log_misses_the_goal_and_fails_the_run(measure_small, plant, monkeypatch, capsys):
    plant(LOG, "PERFORM pg_sleep(0.01)")
    monkeypatch.delenv("BENCH_REPORT_ONLY", raising=False)

    figures = measure_small()

    assert [figure.is_miss for figure in figures] == [True, True]
    assert run.verdict(figures) == 1
    assert "MISSED: audit, eight writers, note sent by form" in capsys.readouterr().out


# A paragraph does not stand without its note, so that a lost note ends its writer at once.
@by_night
@pytest.mark.parametrize(("table", "said"), [(LOG, "written"), (NOTES, "a writer ended")])
def test_lost_row_of_log_or_notes_ends_the_run(measure_small, plant, table, said):
    plant(table, "IF random() < 0.1 THEN RETURN NULL; END IF")
    with pytest.raises(Disagreement, match=said):
        measure_small()


@by_night
def test_verifying_is_measured_and_a_slow_verifier_misses_the_goal(measure_small, monkeypatch):
    honest = log.verify_log

    def slowly(path):
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
        return honest(path)

    monkeypatch.setattr(log, "verify_log", slowly)
    figures = {figure.key: figure for figure in log.measure_log(rows=10_000, rounds=2)}

    assert list(figures) == [
        "audit, sealed, processor time",
        "audit, verified, processor time",
        "audit, verified, by the clock on the wall",
    ]
    assert figures["audit, verified, processor time"].is_miss
    assert not figures["audit, verified, by the clock on the wall"].is_miss  # a wish


@by_night
def test_rows_without_a_seal_end_the_run(measure_small, monkeypatch):
    monkeypatch.setattr(log, "seal_entries", lambda: None)
    with pytest.raises(Disagreement, match="verified"):
        log.measure_log(rows=1_000, rounds=2)
