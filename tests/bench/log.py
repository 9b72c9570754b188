"""How fast the log is sealed and verified (assurance.md B13): rows per second of processor time, and by the clock on the wall.

Processor time of both who work, this process and the server's: the goal is about the work, not about who else uses the machine.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from permissions.audit.models import AuditEntry
from permissions.audit.seals import seal_entries
from permissions.audit.verify import verify_log
from permissions.walls.context import clock
from permissions.walls.own import SEAL_JOB
from tests import database
from tests.bench import databases
from tests.bench.measure import Disagreement, Figure, Goal, figure_of

NAME = "bench_log"
ROWS = 1_000_000
ROUNDS = 5
PER_SECOND = 200_000
GOAL = Goal("at_least", 1)  # times as fast as that
WISH = Goal("at_least", 1, binds=False)
FILL = """
INSERT INTO marugoto_permissions_auditentry
  (request_id, address, user_id, membership_id, agency_id, role, verb, subject, subject_id, case_id, person_id, item, basis, line_id)
SELECT gen_random_uuid(), '192.0.2.1', n % 500, n % 600, n % 41, 'agency_staff', 'read', 'casework.note',
       gen_random_uuid()::text, gen_random_uuid(), gen_random_uuid(), 'history', 'consent', gen_random_uuid()
  FROM generate_series(1, {rows}) n
"""


def measure_log(*, rows: int = ROWS, rounds: int = ROUNDS) -> list[Figure]:
    """Fill a log, seal it once, verify it so often. Raises Disagreement unless every row was sealed and found whole."""
    databases.prepare_small(NAME)
    with database.owner_connection(NAME) as owner:
        owner.execute(FILL.format(rows=rows))
        owner.execute("VACUUM (ANALYZE) marugoto_permissions_auditentry")
    web = databases.log_in(NAME)
    before = settings.MARUGOTO_SEAL_FILE
    try:
        with databases.as_default(web), tempfile.TemporaryDirectory() as folder:
            settings.MARUGOTO_SEAL_FILE = Path(folder) / "seals"
            sealed = _spent(seal_entries)
            verified = [_spent(lambda: _verify(rows)) for _each in range(rounds)]
            with clock(SEAL_JOB):
                held = AuditEntry.objects.count()
    finally:
        settings.MARUGOTO_SEAL_FILE = before
        web.close()
    return [
        _figure("sealed, processor time", [sealed[0]] * 2, held, goal=WISH),
        _figure("verified, processor time", [work for work, _wall in verified], held, goal=GOAL),
        _figure("verified, by the clock on the wall", [wall for _work, wall in verified], held, goal=WISH),
    ]


def _verify(least: int) -> None:
    report = verify_log(Path(settings.MARUGOTO_SEAL_FILE))
    if report.findings or report.unsealed_rows or report.rows < least:
        raise Disagreement(f"verified {report}")


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of processor time, of this process and the server's together, and of the wall."""
    server = _server_process()
    began = time.process_time() + _ran(server), time.perf_counter()
    work()
    return time.process_time() + _ran(server) - began[0], time.perf_counter() - began[1]


def _server_process() -> Path:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _ran(process: Path) -> float:
    """Return the seconds a process ran so far; 0 where nobody tells (a server elsewhere, no Linux)."""
    return int(process.read_text().split()[0]) / 1e9 if process.exists() else 0.0


def _figure(what: str, seconds: list[float], rows: int, *, goal: Goal) -> Figure:
    """Return a figure for a thousand rows, beside what they may take."""
    samples = [(each / rows * 1000, 1000 / PER_SECOND) for each in seconds]
    names = ("a thousand rows", f"{PER_SECOND:,} rows a second")
    return figure_of(samples, key=f"audit, {what}", agency="-", size=f"{rows:,} rows", names=names, goal=goal)
