"""The log as a file: what somebody filtered, whole or not at all."""

from __future__ import annotations

import io
import json

from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.errors import NotAllowed
from permissions.spreadsheet import write_table
from permissions.viewer import Viewer

from .actions import record
from .log import EntryView, Wanted, entries_for, entry_views

EXPORT = "audit.export"
ROWS_IN_FILE = 20_000
MARK = "\ufeff"  # by which a spreadsheet knows UTF-8


def export_entries(wanted: Wanted, *, by: Viewer) -> bytes:
    """Return what is asked for as CSV, and record that it left.

    Raises NotAllowed without the right, and when it is more than ROWS_IN_FILE: half a log would prove nothing.
    """
    if not by.may(EXPORT):
        raise NotAllowed(_("操作の記録を書き出す権限がありません。"))
    found = list(entries_for(by, wanted)[: ROWS_IN_FILE + 1])
    if len(found) > ROWS_IN_FILE:
        text = _("1回に書き出せるのは、%(rows)s行までです。期間を短くするか、条件を加えてください。")
        raise NotAllowed(text % {"rows": f"{ROWS_IN_FILE:,}"})
    file = io.StringIO(newline="")
    file.write(MARK)
    write_table(file, _columns(), [_row(view) for view in entry_views(found)])
    record(by, "exported", None, detail={"list": "audit_log", "rows": len(found), **wanted.told})
    return file.getvalue().encode()


def _columns() -> list[str]:
    return [
        _("番号"), _("日時"), _("操作のまとまり"), _("接続元"), _("アカウントの番号"), _("アカウント"), _("氏名"), _("機関の番号"),
        _("機関"), _("役割"), _("したこと（記号）"), _("したこと"), _("対象（記号）"), _("対象"), _("対象の番号"),
        _("対象のアカウント"), _("ケースのID"), _("本人・世帯員のID"), _("項目"), _("根拠"), _("共有の行"), _("補足"),
    ]  # fmt: skip


def _row(view: EntryView) -> list[str]:
    entry = view.entry
    moment = timezone.localtime(entry.at).isoformat(sep=" ", timespec="seconds")
    detail = json.dumps(entry.detail) if entry.detail else ""
    cells = [
        entry.number, moment, entry.request_id, entry.address, entry.user_id, view.account, view.who, entry.agency_id,
        view.agency, view.role, entry.verb, view.verb, entry.subject, view.subject, entry.subject_id,
        view.subject_account, entry.case_id, entry.person_id, view.item, view.basis, entry.line_id, detail,
    ]  # fmt: skip
    return ["" if cell is None else str(cell) for cell in cells]
