"""The files of deploy/: read by the programs they are for, and once really used."""

import datetime as dt
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HOSTS = {"public": "soudan.example.jp", "casework": "shien.example.jp", "cms": "henshu.example.jp"}
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/http.conf;
    include {folder}/public.conf;
    include {folder}/casework.conf;
    include {folder}/cms.conf;
}}
"""
needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def nginx(tmp_path):
    """The files as they are, with ports, certificates and folders of this test; returns folder, ports."""
    ports = {"80": free_port(), "443": free_port()}
    for path in (DEPLOY / "nginx").glob("*.conf"):
        text = path.read_text().replace("/etc/nginx/marugoto/", f"{tmp_path}/")
        text = text.replace("/etc/marugoto/tls/", f"{tmp_path}/").replace("/var/log/nginx/", f"{tmp_path}/")
        text = re.sub(r"listen \[::\]:\d+.*\n", "", text)
        text = re.sub(r"listen (\d+)", lambda found: f"listen 127.0.0.1:{ports[found[1]]}", text)
        (tmp_path / path.name).write_text(text)
    (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path))
    for host in HOSTS.values():
        _certificate(tmp_path, host)
    return tmp_path, ports


def _certificate(folder, host):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{host}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{host}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@needs_nginx
def test_nginx_takes_the_files(nginx):
    folder, _ports = nginx
    command = ["nginx", "-t", "-q", "-c", str(folder / "nginx.conf"), "-p", str(folder)]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_nginx_serves_no_folder_and_believes_no_visitor():
    texts = [path.read_text() for path in (DEPLOY / "nginx").glob("*.conf")]
    words = "\n".join(line.split("#")[0] for text in texts for line in text.splitlines())
    proxy = (DEPLOY / "nginx" / "proxy.conf").read_text()

    assert not re.search(r"\b(root|alias|autoindex|try_files)\b", words)
    assert "proxy_add_x_forwarded_for" not in words
    for name in ("X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP", "Forwarded"):
        assert f'proxy_set_header {name} "";' in proxy
    assert words.count("proxy_pass") == words.count("/proxy.conf;")


@pytest.mark.slow
@pytest.mark.alone
@needs_nginx
@pytest.mark.django_db(transaction=True)
def test_two_nodes_behind_nginx_answer_on_their_hosts_only(nginx, nodes):
    folder, ports = nginx
    public, casework = (address.rpartition(":")[2] for address in nodes)
    text = (folder / "http.conf").read_text().replace(":8001", f":{public}").replace(":8002", f":{casework}")
    (folder / "http.conf").write_text(text)
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        answers = {
            (name, path): _asked(ports["443"], host, path)
            for name, host in HOSTS.items()
            for path in ("/status/", "/accounts/login/", "/casework/", "/readyz")
        }
        plain = http.client.HTTPConnection("127.0.0.1", ports["80"])
        plain.request("GET", "/status/", headers={"Host": HOSTS["public"]})
        there = plain.getresponse()
        with pytest.raises((ssl.SSLError, ConnectionError)):
            _asked(ports["443"], "other.example.jp", "/")
    finally:
        process.terminate()
        process.wait(10)

    assert {key: status for key, status in answers.items() if key[0] == "public"} == {
        ("public", "/status/"): 200,
        ("public", "/accounts/login/"): 404,
        ("public", "/casework/"): 404,
        ("public", "/readyz"): 200,
    }
    assert {key: status for key, status in answers.items() if key[0] == "casework"} == {
        ("casework", "/status/"): 404,
        ("casework", "/accounts/login/"): 200,
        ("casework", "/casework/"): 302,
        ("casework", "/readyz"): 200,
    }
    assert (there.status, there.headers["Location"]) == (301, f"https://{HOSTS['public']}/status/")


def _asked(port, host, path, *, tries=50):
    context = ssl._create_unverified_context()
    for left in reversed(range(tries)):
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=10)
            break
        except ConnectionRefusedError:
            if not left:
                raise
            time.sleep(0.1)
    with context.wrap_socket(line, server_hostname=host) as secure:
        words = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: 192.0.2.9\r\nConnection: close\r\n\r\n"
        )
        secure.sendall(words.encode())
        return int(secure.makefile("rb").readline().split()[1])


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_finds_the_units_whole_and_closed(unit, tmp_path):
    text = unit.read_text().replace("/srv/marugoto/venv/bin", str(Path(sys.executable).parent))
    text = text.replace("User=marugoto", "User=daemon").replace("Group=marugoto", "Group=daemon")
    (tmp_path / unit.name).write_text(text)
    timer = unit.with_suffix(".timer")
    if timer.exists():
        shutil.copy(timer, tmp_path)
    verify = ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())]
    secure = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(tmp_path / unit.name)]

    said = subprocess.run(verify, capture_output=True, text=True, check=False).stderr
    exposure = subprocess.run(secure, capture_output=True, text=True, check=False)

    # Units of the machine itself are read too; only what is said of ours counts.
    assert [line for line in said.splitlines() if "marugoto" in line] == []
    assert exposure.returncode == 0, exposure.stdout[-300:]
