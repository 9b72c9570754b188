"""Reading many things in few rounds: what several selectors want to know next goes to the database together.

A page of a case shows some thirty lists from a dozen rooms. Asked one after the other, most of the time is the way there and
back. So a selector may be written as steps: it yields the querysets it needs next and is sent their rows.

    @in_rounds
    def household_of(viewer, case):
        households, people = yield [labelled_for(...), persons_for(...)]
        return ...

    household_of(viewer, case)                                     # alone, as any other selector
    yield from side_by_side(household_of.steps(viewer, case), ...)  # with others, in the same rounds

A round is one message of several statements. The querysets are those of the door, and each is answered as if asked alone:
the database's policies apply to every statement.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

T = TypeVar("T")
P = ParamSpec("P")
Rows = list[Any]
Steps = Generator[Sequence[QuerySet[Any]], list[Rows], T]


class InRounds(Generic[P, T]):
    """A selector written as steps, to be called as any other."""

    def __init__(self, steps: Callable[P, Steps[T]]) -> None:
        self.steps = steps
        update_wrapper(self, steps)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return read(self.steps(*args, **kwargs))


def in_rounds(steps: Callable[P, Steps[T]]) -> InRounds[P, T]:
    return InRounds(steps)


def read(steps: Steps[T]) -> T:
    """Carry out the steps, one message to the database for each round."""
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(fetch(wanted))
    except StopIteration as done:
        result: T = done.value
        return result


def ask(*querysets: QuerySet[Any]) -> Steps[list[Rows]]:
    """Return the rows of these, in one round."""
    return (yield querysets)


def side_by_side(*several: Steps[Any]) -> Steps[list[Any]]:
    """Carry out several selectors in the same rounds; return what each of them returns."""
    results: list[Any] = [None] * len(several)
    answers: dict[int, Any] = dict.fromkeys(range(len(several)))
    while answers:
        wanted: dict[int, Sequence[QuerySet[Any]]] = {}
        for number, answer in answers.items():
            try:
                wanted[number] = several[number].send(answer)
            except StopIteration as done:
                results[number] = done.value
        rows = (
            iter((yield [queryset for each in wanted.values() for queryset in each])) if wanted else iter(())
        )
        answers = {number: [next(rows) for _queryset in each] for number, each in wanted.items()}
    return results


def fetch(querysets: Iterable[QuerySet[Any]]) -> list[Rows]:
    """Return the rows of each queryset, asked in one message. Prefetches are left to the caller."""
    asked = [_Asked(queryset) for queryset in querysets]
    told = [each for each in asked if each.sql]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(
                "; ".join(each.sql for each in told), [word for each in told for word in each.words]
            )
            for number, each in enumerate(told):
                if number:
                    cursor.nextset()
                each.rows = cursor.fetchall()
    return [each.answer() for each in asked]


class _Asked:
    """A queryset with its statement (none if Django knows that nothing fits) and the rows that came back."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self.queryset: Any = queryset.all()
        self.compiler: Any = self.queryset.query.get_compiler(connection=connection)
        self.rows: list[tuple[Any, ...]] = []
        try:
            self.sql, self.words = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql, self.words = "", ()

    def answer(self) -> Rows:
        """Let Django make of the rows what it makes of its own."""
        if not self.sql:
            return []
        self.compiler.execute_sql = lambda *_args, **_kwargs: [self.rows]
        self.queryset.query.get_compiler = lambda *_args, **_kwargs: self.compiler
        return list(self.queryset._iterable_class(self.queryset))


def attach(parents: Iterable[Any], name: str, children: Iterable[Any], *, by: str) -> None:
    """Give each parent its children as ``prefetch_related`` would; ``by``: what of a child names its parent."""
    found: dict[Any, list[Any]] = {}
    for child in children:
        found.setdefault(getattr(child, by), []).append(child)
    for parent in parents:
        queryset = getattr(parent, name).all()
        queryset._result_cache = found.get(parent.pk, [])
        queryset._prefetch_done = True
        parent.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset
