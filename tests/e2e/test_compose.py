"""docker-compose.yml as people start it: built, brought up, used and attacked, in a Docker engine of the test's own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.layers import LAYERS
from knowledge.questions import load_corpus
from tests.e2e.process import ROOT

# A script that starts a Docker engine, builds and brings up the project named with --project, runs the command given
# with --check while it is up, with DOCKER_HOST and the like in its environment, and takes everything down again.
ENGINE = os.environ.get("COMPOSE_ENGINE_SCRIPT", "")
PROJECT = (
    "bot", "knowledge", "requirements", "docker", "docs", "scripts",
    "Dockerfile", ".dockerignore", "docker-compose.yml",
)  # fmt: skip
SETTINGS = ("TUTOR_", "DISCORD_", "BOT_", "WORKER_", "COMPOSE_")
# Documentation addresses (RFC 5737): nobody has them.
ELSEWHERE = "192.0.2.1"
PATIENCE_S = 900
# What the engine, the base image, both images and the build's own folders take at most.
IMAGES_BYTES = 6 << 30

# Holds the engine until the tests are done, or gone.
HOLD = """
import json, os, pathlib, sys, time
ready, done, tests = sys.argv[1:]
pathlib.Path(ready + ".part").write_text(json.dumps(dict(os.environ)))
os.rename(ready + ".part", ready)
while not os.path.exists(done) and os.path.exists("/proc/" + tests):
    time.sleep(0.2)
"""
REACH = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)
    print("reached")
except OSError as error:
    print(error)
"""
GET = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"

pytestmark = [
    pytest.mark.skipif(not ENGINE, reason="COMPOSE_ENGINE_SCRIPT does not name a script that starts a Docker engine"),
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="starting a Docker engine takes root"),
    pytest.mark.timeout(PATIENCE_S),
]


@dataclass(frozen=True)
class House:
    """The project while it is up."""

    environment: Mapping[str, str]

    def compose(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`docker compose` with these arguments."""
        return self._run([*self.environment["COMPOSE"].split(), *arguments], stdin)

    def docker(self, *arguments: str) -> str:
        """What `docker` prints."""
        done = self._run(["docker", *arguments])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def inside(self, service: str, *command: str, stdin: str = "") -> str:
        """What a command prints in a service's container, whether it succeeds or not."""
        return self.compose("exec", "-T", service, *command, stdin=stdin).stdout

    def python(self, service: str, code: str, *arguments: str) -> str:
        """What a piece of Python prints in a service's container."""
        return self.inside(service, "python", "-c", code, *arguments).strip()

    def inspect(self, service: str) -> dict[str, Any]:
        """What Docker knows of a service's container."""
        container = self.compose("ps", "--quiet", service).stdout.strip()
        found: dict[str, Any] = json.loads(self.docker("inspect", container))[0]
        return found

    def gateway(self, network: str) -> str:
        """The address that the machine itself has, or would have, in one of the project's networks."""
        found = json.loads(self.docker("network", "inspect", f"torch-tutor_{network}"))[0]
        return str(found["IPAM"]["Config"][0]["Gateway"])

    def run_snippets(self, codes: Sequence[str]) -> list[dict[str, Any]]:
        """The results of snippets that the bot's container has sent to the worker."""
        lines = "".join(json.dumps({"code": code}) + "\n" for code in codes)
        return [json.loads(line) for line in self.inside("bot", "tutor", "run", "-", stdin=lines).splitlines()]

    def _run(self, command: Sequence[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=dict(self.environment), input=stdin, capture_output=True, text=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("compose")
    ready, done = folder / "environment.json", folder / "done"
    hold = shlex.join([sys.executable, "-c", HOLD, str(ready), str(done), str(os.getpid())])
    with _engine_folders() as (engine_folders, options):
        with (folder / "engine.log").open("w") as log:
            engine = subprocess.Popen(
                [ENGINE, "--project", str(_project(folder / "project")), "--check", hold, *options],
                env={name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
                | engine_folders,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            while not ready.exists():
                if engine.poll() is not None:
                    pytest.fail(f"The project did not come up:\n{(folder / 'engine.log').read_text()[-8000:]}")
                time.sleep(0.2)
            yield House(json.loads(ready.read_text()))
        finally:
            done.touch()
            engine.wait()


@contextmanager
def _engine_folders() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Where the engine keeps its images: a folder of the caller's, to be quick the next time, or one for this once.

    The latter is in memory where there is plenty: the engine waits for the disk after every step of a build.
    """
    if kept := os.environ.get("E2E_DIR"):
        yield {"E2E_DIR": kept}, ["--keep"]
        return
    with tempfile.TemporaryDirectory(prefix="compose-", ignore_cleanup_errors=True) as folder:
        plenty = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 2 * IMAGES_BYTES
        mount = ["mount", "-t", "tmpfs", "-o", f"size={IMAGES_BYTES},mode=1777", "tmpfs", folder]
        in_memory = plenty and subprocess.run(mount).returncode == 0
        try:
            yield {"E2E_DIR": f"{folder}/engine", "TMPDIR": folder}, ["--purge"]
        finally:
            if in_memory:
                subprocess.run(["umount", "--lazy", folder], check=True)


def _project(folder: Path) -> Path:
    """A copy of what the images are made of, with a `.env` like the example and a token that nobody accepts."""
    folder.mkdir()
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    example = (ROOT / ".env.example").read_text()
    (folder / ".env").write_text(example.replace("DISCORD_TOKEN=\n", "DISCORD_TOKEN=nobody-accepts-this\n"))
    for name in ("models", "index"):
        if (ROOT / ".data" / name).is_dir():
            shutil.copytree(ROOT / ".data" / name, folder / "docker/prepared" / name, dirs_exist_ok=True)
    # The build sees no folder that this machine's pip takes wheels from, so that one of them is handed to it.
    version = re.search(r"^TORCH_VERSION=(.+)$", (ROOT / "scripts/lib/setup.sh").read_text(), re.MULTILINE)
    assert version
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"torch=={version[1]}+cpu"]
    subprocess.run([*pip, "--dest", str(folder / "docker/wheels")], capture_output=True)
    return folder


def test_both_services_are_healthy_and_nothing_else_runs(house: House) -> None:
    listed = [json.loads(line) for line in house.compose("ps", "--all", "--format", "json").stdout.splitlines()]
    assert {each["Service"]: each["Health"] for each in listed} == {"bot": "healthy", "worker": "healthy"}


@pytest.mark.parametrize("service", ["bot", "worker"])
def test_a_service_has_no_power(house: House, service: str) -> None:
    status = dict(re.findall(r"^(\w+):\s*(.*)$", house.inside(service, "cat", "/proc/1/status"), re.MULTILINE))
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {"10001"}
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    host = house.inspect(service)["HostConfig"]
    assert (host["Privileged"], host["CapAdd"], host["CapDrop"]) == (False, None, ["ALL"])
    assert (host["PidMode"], host["NetworkMode"] == "host", host["Devices"] or []) == ("", False, [])
    assert host["ReadonlyRootfs"]
    refused = house.compose("exec", "-T", service, "touch", "/app/here")
    assert "Read-only file system" in refused.stderr
    assert house.inside(service, "find", "/", "-xdev", "-perm", "/6000", "-type", "f") == ""


def test_the_worker_is_limited_and_knows_nothing(house: House) -> None:
    found = house.inspect("worker")
    host = found["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 3 << 30
    assert (host["CpuQuota"] / host["CpuPeriod"], host["PidsLimit"]) == (2, 512)
    assert [mount["Type"] for mount in found["Mounts"]] == []
    assert list(found["NetworkSettings"]["Networks"]) == ["torch-tutor_runs"]
    assert not re.search("TOKEN|DATABASE|nobody-accepts-this", house.inside("worker", "env"))
    seccomp = [option for option in host["SecurityOpt"] if option.startswith("seccomp=")]
    assert len(seccomp) == 1
    assert "ADDED for the jail" in seccomp[0]


def test_the_jail_is_complete(house: House) -> None:
    ready = json.loads(house.python("bot", GET, "http://worker:8060/readyz"))
    assert (ready["ready"], ready["isolation"], sorted(ready["layers"])) == (True, "full", sorted(LAYERS))


def test_a_snippet_of_the_bot_runs_in_the_worker(house: House) -> None:
    [gradient, plot] = house.run_snippets(
        [
            "import torch\nx = torch.ones(2, requires_grad=True)\n(x ** 2).sum().backward()\nx.grad",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')",
        ]
    )
    assert (gradient["status"], gradient["value"]) == ("ok", "tensor([2., 2.])")
    assert (plot["status"], plot["stdout"], len(plot["files"])) == ("ok", "drawn\n", 1)


# What a snippet tries, and what must then be among its result's status, output and errors.
HOSTILE = {
    "outside": (f"import socket\nsocket.create_connection(({ELSEWHERE!r}, 80), 2)", "PermissionError"),
    "the bot": ("import socket\nsocket.create_connection(('bot', 8070), 2)", "error"),
    "the worker": ("import socket\nsocket.create_connection(('127.0.0.1', 8060), 2)", "PermissionError"),
    "the container's code": ("open('/app/bot/sandbox/server.py')", "FileNotFoundError"),
    "the container's users": ("open('/etc/shadow')", "FileNotFoundError"),
    "the container's root": ("import os\nprint(os.listdir('/proc/1/root/'))", "PermissionError"),
    "other processes": ("import os\nprint(sum(name.isdigit() for name in os.listdir('/proc')))", "\n2\n"),
    "settings": ("import os\nprint([name for name in os.environ if 'TUTOR' in name or 'TOKEN' in name])", "\n[]\n"),
    "the libraries": ("import torch\nopen(torch.__file__, 'a')", "PermissionError"),
    "the root": ("open('/here', 'w')", "Read-only file system"),
    "a namespace": ("import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000))", "\n-1\n"),
    "a mount": ("import ctypes\nprint(ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None))", "\n-1\n"),
    "the kernel's settings": ("open('/proc/sys/kernel/core_pattern', 'w')", "Error"),
    "all memory": ("kept = []\nwhile True:\n    kept.append(bytes(range(256)) * (1 << 16))", "memory"),
}


def test_a_hostile_snippet_gets_nothing(house: House) -> None:
    results = house.run_snippets([code for code, _ in HOSTILE.values()])
    got = {
        name: "\n".join((result["status"], result["stdout"], result["stderr"]))
        for name, result in zip(HOSTILE, results, strict=True)
    }
    assert {name: told for name, told in got.items() if HOSTILE[name][1] not in told} == {}
    assert [result["value"] for result in house.run_snippets(["1 + 1"])] == ["2"]


def test_the_worker_reaches_neither_the_machine_nor_anything_else(house: House) -> None:
    with closing(socket.create_server(("0.0.0.0", 0))) as machine:  # noqa: S104
        port = str(machine.getsockname()[1])
        gateways = [house.gateway("outside"), house.gateway("runs")]
        # The bot does reach it, so that the worker not doing so says something.
        assert house.python("bot", REACH, gateways[0], port) == "reached"
        for address in (*gateways, ELSEWHERE):
            assert re.search("unreachable|timed out", house.python("worker", REACH, address, port))
    routes = house.inside("worker", "cat", "/proc/net/route").splitlines()[1:]
    assert [line for line in routes if line.split()[1] == "00000000"] == []


def test_the_bot_answers_from_the_index_in_the_image(house: House) -> None:
    question = load_corpus().questions[0]
    told = house.compose("exec", "-T", "bot", "tutor", "ask", "--json", question.question)
    assert json.loads(told.stdout)["hits"][0]["id"] == question.id, told


def test_the_bot_without_discord_is_alive_and_says_what_is_wrong(house: House) -> None:
    assert json.loads(house.python("bot", GET, "http://127.0.0.1:8070/healthz")) == {"alive": True}
    assert "Not connected to Discord" in house.compose("logs", "bot").stdout
    assert "tutor_connected 0.0" in house.python("bot", GET, "http://127.0.0.1:8070/metrics")


def test_without_a_token_the_bot_says_what_to_do(house: House) -> None:
    ended = house.compose("run", "--rm", "--no-deps", "-T", "--env", "DISCORD_TOKEN=", "bot")
    assert ended.returncode == 1
    assert "DISCORD_TOKEN is not set" in ended.stderr
    assert ".env" in ended.stderr


class _Refusing(BaseHTTPRequestHandler):
    """Discord as it answers to a token that it does not know."""

    def do_GET(self) -> None:
        body = json.dumps({"message": "401: Unauthorized", "code": 0}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_with_a_wrong_token_the_bot_says_what_to_do(house: House) -> None:
    with ThreadingHTTPServer(("0.0.0.0", 0), _Refusing) as discord:  # noqa: S104
        threading.Thread(target=discord.serve_forever, daemon=True).start()
        wire = ["--volume", f"{ROOT / 'tests/e2e/on_wire.py'}:/tmp/on_wire.py:ro"]
        command = ["python", "/tmp/on_wire.py", f"http://{house.gateway('outside')}:{discord.server_port}", "bot"]  # noqa: S108
        ended = house.compose("run", "--rm", "--no-deps", "-T", *wire, "bot", *command)
        discord.shutdown()
    assert ended.returncode == 1, ended
    assert "Discord does not accept this DISCORD_TOKEN" in ended.stderr
    assert "nobody-accepts-this" not in ended.stdout + ended.stderr


KEEP = """
import asyncio, sys
from bot.store import Store, sqlite_url
from pathlib import Path

async def main():
    store = await Store.open(sqlite_url(Path("/data/tutor.db")))
    if sys.argv[1] == "save":
        await store.guilds.set_ask_channels(42, (7,))
    print((await store.guilds.get(42)).ask_channels)
    await store.aclose()

asyncio.run(main())
"""


def test_the_database_is_saved_and_put_back_beside_the_running_bot(house: House) -> None:
    for arguments, said in (
        (("backup", "/data/backup.zip"), "Saved "),
        (("restore", "/data/backup.zip"), "Put back "),
        (("export", "1", "/tmp/mine.zip"), "Everything about 1 is in"),  # noqa: S108
        (("forget", "1"), "Deleted 0 rows about 1."),
    ):
        done = house.compose("exec", "-T", "bot", "tutor", *arguments)
        assert done.returncode == 0, done.stderr
        assert said in done.stderr


def test_what_was_saved_outlives_the_containers(house: House) -> None:
    assert house.python("bot", KEEP, "save") == "(7,)"
    before = house.inspect("bot")["Id"]
    assert house.compose("down").returncode == 0
    up = house.compose("up", "--detach", "--wait", "--no-build")
    assert up.returncode == 0, up.stderr
    assert house.inspect("bot")["Id"] != before
    assert house.python("bot", KEEP, "show") == "(7,)"
