"""Logs say what happened and where. What anybody wrote stays out of them."""

import datetime as dt
import logging
import re
import traceback
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
# Control characters, and what Unicode calls a line or paragraph, become words.
ONE_LINE = {number: f"\\x{number:02x}" for number in (*range(32), 127, *range(128, 160), 0x2028, 0x2029)}
QUERY = re.compile(r"\?\S*")


class WithoutContent(logging.Filter):
    """Keep the request object and query strings out of the log, whoever logged the record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("request", None)
        if record.name.startswith("django.request") or record.name.startswith("django.security"):
            record.msg, record.args = QUERY.sub("?…", record.getMessage()), None
        return True


class LineFormatter(logging.Formatter):
    """One line per record; of an exception its kind and its places.

    A message of an exception may quote a value: "Key (name)=(…) already exists". The time carries its offset, and
    no message can begin a line of its own: the lines of an exception are indented, those of records are not.
    """

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        moment = dt.datetime.fromtimestamp(record.created, tz=dt.UTC).astimezone()
        return moment.isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return super().formatMessage(record).translate(ONE_LINE)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 -- the library's name
        kind, error, _ = ei
        places = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__ if error else None))
        lines = [f"  {place.filename}:{place.lineno} {place.name}" for place in places]
        return "\n".join([*lines, f"  {kind.__module__}.{kind.__qualname__}" if kind else "  ?"])
