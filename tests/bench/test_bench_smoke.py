from dataclasses import replace

import pytest
from django.conf import settings

from casework.cases.models import Case
from marugoto_site.database import choice
from tests.bench import city, databases, measure, numbers, pages, papers, questions, run, searches
from tests.bench.measure import Disagreement, Goal, compare
from tests.bench.questions import Desk
from tests.bench.writes import WritingDesk, prepare
from tests.paper import said_by

pytestmark = [pytest.mark.slow, pytest.mark.programs]

NAME = "bench_smoke"
CASES = 300


@pytest.fixture(scope="module")
def desk(django_db_blocker):
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR)
    with django_db_blocker.unblock(), databases.ours_alone(NAME):
        databases.prepare(NAME, cases=CASES)
        made = Desk(NAME, "300", CASES)
        yield made
        made.close()


@pytest.fixture
def one_round(monkeypatch):
    """Leave out what a figure needs and a test of the machinery does not."""
    monkeypatch.setattr(measure, "MORE_ROUNDS", 0)
    monkeypatch.setattr(measure, "MOST_REPEATS", 1)
    return lambda comparison: compare(comparison, rounds=3)


def first_page(desk, code=city.TINY):
    return next(questions._against_expert(desk, code, Goal("at_most", 3)))


def test_generator_gives_each_agency_its_share_and_every_kind_of_line(desk):
    with databases.as_default(desk.owner):
        rows = questions.rows_of(
            "SELECT a.code, count(*) FILTER (WHERE s.closed_at IS NULL) FROM casework_share s"
            " JOIN marugoto_permissions_agency a ON a.id = s.agency_id GROUP BY a.code",
            [],
        )
        kinds = questions.rows_of(
            "SELECT count(*) FILTER (WHERE ended_at IS NOT NULL), count(*) FILTER (WHERE until <= now()),"
            " count(*) FILTER (WHERE starts_at > now()) FROM casework_shareline",
            [],
        )
        missing = questions.rows_of(
            "SELECT count(*) FROM casework_shareline l WHERE ended_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM casework_casegrant g WHERE g.line_id = l.id)"
            " AND NOT EXISTS (SELECT 1 FROM casework_persongrant g WHERE g.line_id = l.id)",
            [],
        )
    open_envelopes = dict(rows)
    assert open_envelopes[city.TINY] == city.TINY_CASES
    assert open_envelopes[city.BIGGEST] > open_envelopes[city.MIDDLE] > 50
    assert len(open_envelopes) == city.USUAL + 3
    assert min(kinds[0]) > 0
    assert missing == [(0,)]


def test_triggers_indexes_and_keys_are_back_after_the_load(desk):
    query = (
        "SELECT (SELECT array_agg(i.indexname::text ORDER BY i.indexname) FROM pg_indexes i WHERE tablename ~ '^casework_'"
        "   AND indexname <> 'bench_guardian_order'),"
        " (SELECT array_agg(conname || contype::text ORDER BY conname) FROM pg_constraint"
        "   WHERE conrelid::regclass::text ~ '^casework_'),"
        " (SELECT count(*) FROM pg_trigger t WHERE tgrelid::regclass::text ~ '^casework_' AND tgenabled <> 'O'),"
        " (SELECT count(*) FROM pg_class WHERE relname ~ '^casework_' AND relforcerowsecurity)"
    )
    answers = []
    with databases.ours_alone(databases.EMPTY):
        empty = databases.log_in(databases.EMPTY, role="owner")
        for chosen in (desk.owner, empty):
            with databases.as_default(chosen):
                answers += questions.rows_of(query, [])
        empty.close()
    assert answers[0] == answers[1]
    assert answers[0][2] == 0


def test_every_comparison_gives_equal_and_non_empty_answers(desk, one_round):
    figures = [one_round(comparison) for comparison in questions.comparisons_of(desk)]
    figures += [one_round(comparison) for comparison in questions.growth_of(desk, desk)]
    figures += [one_round(comparison) for comparison in pages.pages_of(desk, desk)]
    assert {figure.agency for figure in figures} == {*questions.AGENCIES, city.CENTER}
    assert all(figure.candidate_ms > 0 and figure.reference_ms > 0 for figure in figures)


def test_a_page_that_asks_too_often_or_of_another_case_is_found_out(desk, monkeypatch):
    honest = next(pages.pages_of(desk, desk))
    with honest.candidate.inside():
        assert honest.candidate.run() == questions.NOTES_SHOWN
    monkeypatch.setattr(pages, "MOST_STATEMENTS", 3)
    with pytest.raises(Disagreement, match="the page of a case asks"):
        next(pages.pages_of(desk, desk))
    monkeypatch.setattr(questions, "longest_case", lambda viewer: Case.objects.order_by("number").last())
    with pytest.raises(Disagreement, match="the longest case has"):
        next(pages.pages_of(desk, desk))


def test_a_slow_candidate_misses_its_goal_and_fails_the_run(desk, one_round, monkeypatch, capsys):
    honest = first_page(desk)

    def slowly():
        measure.time.sleep(0.05)
        return honest.candidate.run()

    slow = replace(honest, candidate=replace(honest.candidate, run=slowly))
    figure = one_round(slow)
    monkeypatch.delenv("BENCH_REPORT_ONLY", raising=False)
    assert figure.is_miss
    assert run.verdict([figure]) == 1
    assert "MISSED: list, first page, tiny" in capsys.readouterr().out
    monkeypatch.setenv("BENCH_REPORT_ONLY", "1")
    assert run.verdict([figure]) == 0


def test_every_search_finds_all_and_a_planted_one_is_found_out(desk, one_round, monkeypatch):
    figures = [one_round(comparison) for comparison in searches.searches_of(desk)]
    assert {figure.agency for figure in figures} == {*questions.AGENCIES, city.CENTER}
    honest = next(searches.searches_of(desk))

    def without_one():
        return [found[1:] for found in honest.candidate.run()]

    with pytest.raises(Disagreement, match="differ"):
        one_round(replace(honest, candidate=replace(honest.candidate, run=without_one)))
    slow = replace(honest, goal=searches.GOAL)
    assert one_round(slow).is_miss  # A scan of three hundred cases costs no more than a search.
    monkeypatch.setattr(searches, "candidate_cases", lambda words, *, most: [])
    with pytest.raises(Disagreement, match="a search gave 0 of"):
        next(searches.searches_of(desk))


def test_numbers_of_a_month_are_those_of_a_recount_and_a_planted_one_is_found_out(desk, one_round):
    (honest,) = numbers.numbers_of(desk)
    assert one_round(honest).candidate_ms > 0

    def with_one_more():
        return honest.candidate.run() + numbers.Counter({("contacts", "", ""): 1})

    with pytest.raises(Disagreement):
        one_round(replace(honest, candidate=replace(honest.candidate, run=with_one_more)))


def test_plan_on_paper_is_whole_and_a_plan_that_is_no_pdf_or_keeps_memory_is_found_out(
    desk, django_db_blocker, one_round, monkeypatch
):
    with django_db_blocker.unblock(), databases.ours_alone(papers.NAME):
        inside, apart = papers.papers_of(in_a_row=1)
        assert one_round(inside).candidate_ms > 0
        said = said_by(inside.candidate.run())
        assert [issue for issue, _what, _seat in papers.ROLES if issue.replace(" ", "") not in said] == []
        for comparison in (inside, apart):
            with pytest.raises(Disagreement):
                one_round(replace(comparison, candidate=replace(comparison.candidate, run=lambda: b"<p>")))
        monkeypatch.setattr(papers, "MOST_MEGABYTES", -1_000)
        with pytest.raises(Disagreement, match="in a row keep"):
            list(papers.papers_of(in_a_row=1))


@pytest.mark.parametrize("plant", [lambda rows: rows[:-1], lambda rows: rows[::-1], lambda rows: []])
def test_a_candidate_with_another_answer_is_refused(desk, one_round, plant):
    honest = first_page(desk)
    wrong = replace(honest, candidate=replace(honest.candidate, run=lambda: plant(honest.candidate.run())))
    with pytest.raises(Disagreement):
        one_round(wrong)


def test_two_sides_that_are_told_nothing_are_refused(desk, one_round):
    honest = first_page(desk)

    def untold():
        return databases.as_default(desk.web)

    sides = {name: replace(getattr(honest, name), inside=untold) for name in ("candidate", "reference")}
    with pytest.raises(Disagreement, match="gave nothing"):
        one_round(replace(honest, **sides))


def test_a_list_that_guardian_does_not_share_is_refused(desk, monkeypatch):
    monkeypatch.setattr(questions, "envelopes_for", lambda viewer: questions.Share.objects.none())
    with pytest.raises(Disagreement):
        questions.assert_guardian_sees_the_same(desk, city.TINY)


def test_writes_are_logged_on_one_side_and_not_on_the_other(desk, django_db_blocker, one_round):
    with django_db_blocker.unblock():
        prepare()
        writing = WritingDesk()
        try:
            figures = [one_round(comparison) for comparison in writing.comparisons()]
            kinds = list(writing.comparisons())[:2]  # sent by form, and the action alone
            logged = [writing.count_logged(side) for kind in kinds for side in kind.sides]
        finally:
            writing.close()

    assert {figure.key for figure in figures} == {
        "audit, sent by form: note",
        "audit, note",
        "audit, money of a person",
        "audit, share and end",
    }
    assert logged == [1, 0, 1, 0]
