"""What a page asked the database, without how a request begins and ends."""

from django.test.utils import CaptureQueriesContext

# The transaction; who is asking is told and looked up.
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config", "SELECT current_setting")


class Asked(CaptureQueriesContext):
    """Catch statements:  with Asked(connection) as asked: ...; asked.statements"""

    @property
    def statements(self) -> list[str]:
        return [query["sql"] for query in self.captured_queries if not query["sql"].startswith(AROUND)]
