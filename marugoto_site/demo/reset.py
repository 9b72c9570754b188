"""`make demo-reset`: stop nothing that runs, delete what the demo made, so that it begins anew."""

import os
import shutil
import sys

from marugoto_site.database import choice, embedded
from marugoto_site.database.start import default_local_dir

MADE_BY_THE_DEMO = ("media", "private", "mail", "log", "audit", "demo_password", "demo_password_in_use")


def main() -> None:
    if not choice.uses_embedded_server():
        sys.exit(
            "DATABASE_URL が設定されています。ほかのデータベースは削除しません。"
            " / DATABASE_URL is set: a database of yours is not deleted from here."
        )
    local_dir = default_local_dir()
    try:
        embedded.remove(local_dir)
    except embedded.EmbeddedServerError as error:
        sys.exit(str(error))
    for name in MADE_BY_THE_DEMO:
        path = local_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            os.unlink(path)
    print("デモのデータを削除しました。 / The demo's data is deleted. Start anew: make demo")


if __name__ == "__main__":
    main()
