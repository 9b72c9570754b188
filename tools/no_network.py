"""Run the tests where no other host can be reached: `make no-network [ARGUMENTS for pytest]`.

A network namespace of its own has the loopback and no route. The kernel counts every packet that found none; the
count must be 0 at the end.
"""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
QUICK = ["-m", "not browser and not slow", "-n", "auto", "-q"]
INSIDE = "MARUGOTO_INSIDE_NAMESPACE"


def main() -> None:
    if os.environ.get(INSIDE):
        sys.exit(_inside())
    if os.geteuid() != 0 or sys.platform != "linux":
        sys.exit("needs Linux and root: unshare -n makes the namespace")
    command = ["unshare", "--net", sys.executable, __file__, *sys.argv[1:]]
    sys.exit(subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode)


def _inside() -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    routes = subprocess.run(["ip", "route"], check=True, capture_output=True, text=True).stdout.strip()
    if routes:
        print(f"there is a route: {routes}")
        return 1
    before = _packets_without_route()
    if not _would_be_counted():
        print("a packet without a route was not counted: this kernel cannot tell")
        return 1
    start = _packets_without_route()
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *(sys.argv[1:] or QUICK)], cwd=PROJECT, check=False
    ).returncode
    tried = _packets_without_route() - start
    print(f"control: {start - before} counted; packets that looked for a way out during the tests: {tried}")
    return code or int(tried > 0)


def _would_be_counted() -> bool:
    """Try once on purpose: a count that cannot rise proves nothing."""
    before = _packets_without_route()
    probe = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('192.0.2.1', 53))"
    subprocess.run([sys.executable, "-c", probe], check=False, capture_output=True)
    return _packets_without_route() > before


def _packets_without_route() -> int:
    found = 0
    rows = [
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")
    ]
    found += int(rows[1][rows[0].index("OutNoRoutes")])
    for line in Path("/proc/net/snmp6").read_text().splitlines():
        name, value = line.split()
        found += int(value) if name == "Ip6OutNoRoutes" else 0
    return found


if __name__ == "__main__":
    main()
