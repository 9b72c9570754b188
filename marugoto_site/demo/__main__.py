"""`make demo`: everything on one machine, until Ctrl-C."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marugoto_site.settings.demo")
os.environ["MARUGOTO_DB_ROLE"] = "owner"  # this process migrates and loads; those it starts are "web"

import django

django.setup()

from django.conf import settings  # noqa: E402

from marugoto_site.database import choice, embedded  # noqa: E402
from marugoto_site.demo.preparation import (  # noqa: E402
    prepare_everything,
    refuse_taken_port,
    say,
    step,
)
from marugoto_site.demo.processes import Managed  # noqa: E402
from marugoto_site.management.commands.load_demo import demo_password  # noqa: E402

HOST = os.environ.get("BIND", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
READY_SECONDS = 60

ACCOUNTS = (
    ("chief", "センター長・管理責任者 / head of the center"),
    ("coordinator", "相談支援コーディネーター / coordinator"),
    ("reception", "受付相談員 / reception"),
    ("editor", "ホームページとフォームの編集者(相談内容は見えません) / editor, sees no consultation"),
    ("anshin", "あんしんケアセンター東雲 / elderly care hub"),
    ("kenko", "東雲区 健康課 / health office"),
    ("jiritsu", "生活自立・仕事相談センター / self-reliance support"),
    ("hikikomori", "ひきこもり地域支援センター / support for social withdrawal"),
    ("minsei", "民生委員・児童委員 / district welfare commissioner"),
    ("admin-jiritsu", "生活自立・仕事相談センターの機関管理者 / its administrator: people, no case"),
    ("sysadmin", "運用管理 / system administrator: agencies and accounts, no case"),
    ("privacy", "個人情報保護担当 / privacy officer: alarms and the log, no case"),
    ("auditor", "監査 / auditor: the log, no case"),
    ("outsider", "どのケースにも関わっていない機関 / an agency that is in nothing"),
)


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    refuse_taken_port(HOST, PORT)
    web, worker = _programs()
    try:
        prepare_everything()
        with step(5, "ウェブサーバーとワーカーを起動しています / starting web and worker"):
            web.start()
            worker.start()
            _wait_until_ready(web)
        _introduce()
        _watch([web, worker])
    except KeyboardInterrupt:
        say("\n終了しています ... / stopping ...")
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        worker.end()
        web.end()
    say("終了しました。データは残っています。 / Stopped; the data is kept.")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _programs() -> tuple[Managed, Managed]:
    logs = settings.LOCAL_DIR / "log"
    bind = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
    gunicorn = ["-m", "gunicorn", "marugoto_site.wsgi:application", "--bind", bind, "--workers", "2"]
    gunicorn.append("--no-control-socket")  # nothing in the home directory
    manage = [str(settings.BASE_DIR / "manage.py"), "run_worker"]
    return (
        Managed("ウェブサーバー / web", [sys.executable, *gunicorn], logs / "web.log"),
        Managed("ワーカー / worker", [sys.executable, *manage], logs / "worker.log"),
    )


def _wait_until_ready(web: Managed) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and not web.has_ended():
        try:
            urllib.request.urlopen(f"{_address()}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit(f"\nウェブサーバーが起動しません / the web server does not start:\n{web.last_lines()}")


def _watch(programs: list[Managed]) -> None:
    """Start again what ends by itself (a worker does, after many tasks), unless it keeps ending."""
    while True:
        time.sleep(0.5)
        for program in programs:
            if not program.has_ended():
                continue
            if program.ends_too_often():
                sys.exit(f"{program.name} が繰り返し終了します / keeps ending:\n{program.last_lines()}")
            say(f"{program.name}: 再起動します / starting again")
            program.start()


def _address() -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(HOST, HOST)
    return f"http://{host}:{PORT}"


def _introduce() -> None:
    site = f"http://localhost:{PORT}" if HOST in {"127.0.0.1", "0.0.0.0"} else _address()
    rows = [
        "",
        "見本市 福祉まるごとサポートセンター(デモ)を起動しました。 / The demo is running.",
        "",
        f"  市民のページ      {site}/",
        f"  相談フォーム      {site}/soudan/",
        f"  相談の状況確認    {site}/status/",
        f"  支援者のログイン  {site}/accounts/login/   (→ {site}/casework/)",
        f"  ページの編集      {site}/cms/   (editor)",
        "",
        f"  パスワード(全員共通) / one password for all:  {demo_password()}",
        *[f"    {name:<14} {text}" for name, text in ACCOUNTS],
        "",
        f"  メール / mail: {_relative(settings.LOCAL_DIR / 'mail')}   ログ / logs: {_relative(settings.LOCAL_DIR / 'log')}",
        *[f"  {line}" for line in _where_the_data_is()],
        "",
        "Ctrl-C で終了します(データは残ります。最初からは make demo-reset)。 / Ctrl-C stops; the data stays.",
    ]
    say("\n".join(rows))


def _where_the_data_is() -> list[str]:
    if not choice.uses_embedded_server():
        return ["データベース / database: DATABASE_URL"]
    return embedded.place_of(settings.LOCAL_DIR).explain().splitlines()


def _relative(path: Path) -> Path:
    return path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path


if __name__ == "__main__":
    main()
