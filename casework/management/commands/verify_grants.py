from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from casework.sharing.items import case_codename, person_codename

QUERY = """
  SELECT coalesce(l.id, g.line_id), l.id IS NULL AS orphan
    FROM (SELECT * FROM casework_shareline
           WHERE ended_at IS NULL AND (until IS NULL OR until > clock_now())) l
    FULL JOIN (
      SELECT c.line_id, c.content_object_id AS object_id, c.group_id, p.codename
        FROM casework_casegrant c JOIN auth_permission p ON p.id = c.permission_id
       UNION ALL
      SELECT n.line_id, n.content_object_id, n.group_id, p.codename
        FROM casework_persongrant n JOIN auth_permission p ON p.id = n.permission_id
    ) g ON g.line_id = l.id
       AND g.object_id = coalesce(l.person_id, l.case_id)
       AND g.codename = (CASE WHEN l.person_id IS NULL THEN %s ELSE %s END) || l.item
       AND g.group_id = (SELECT a.group_id FROM marugoto_permissions_agency a WHERE a.id = l.agency_id)
   WHERE l.id IS NULL OR g.line_id IS NULL
   ORDER BY 1
"""


class Command(BaseCommand):
    help = (
        "Compare guardian's rows with the ledger; names every line without its row and row without its line."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(QUERY, [case_codename(""), person_codename("")])
            found = cursor.fetchall()
        for line_id, is_orphan in found:
            self.stdout.write(
                f"{line_id}: {'a grant without a line that holds' if is_orphan else 'a line without its grant'}"
            )
        if found:
            raise CommandError(
                f"{len(found)} differences. The sweep removes grants of lapsed lines within a minute."
            )
        self.stdout.write("Guardian's rows and the ledger agree.")
