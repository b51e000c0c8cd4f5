"""A real PostgreSQL server of the tests' own: Debian's binaries, a temporary folder, a Unix socket, no root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "PostgreSQL's server is missing, which these tests need: apt-get install -y postgresql"


@dataclass(frozen=True, slots=True)
class Postgres:
    binaries: Path
    folder: Path
    user: str

    def create(self, name: str) -> str:
        """Make an empty database and return its URL."""
        subprocess.run(
            [self.binaries / "createdb", "-h", self.folder, "-U", self.user, name], check=True, capture_output=True
        )
        return f"postgresql+asyncpg://{self.user}@/{name}?host={self.folder}"

    def sql(self, database: str, statement: str) -> str:
        """What psql prints for a statement."""
        psql = str(self.binaries / "psql")
        command = [psql, "-h", str(self.folder), "-U", self.user, "-d", database, "-Atc", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _binaries() -> Path | None:
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(on_path).resolve().parent if on_path else found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server. Raises FileNotFoundError with what to install when there is none."""
    binaries = _binaries()
    if binaries is None:
        raise FileNotFoundError(MISSING)
    # The server refuses to run as root; Debian's package brings this user.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    # Directly under the temporary folder: a socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="tutor-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user, user)
    run_as = user if os.geteuid() == 0 else None
    data = folder / "data"
    said = (folder / "log").open("w")
    server = None
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True, capture_output=True, user=run_as, group=run_as, extra_groups=[] if run_as else None,
            cwd=folder,
        )  # fmt: skip
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"],
            stdout=subprocess.DEVNULL, stderr=said, user=run_as, group=run_as,
            extra_groups=[] if run_as else None, cwd=folder,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while subprocess.run([binaries / "pg_isready", "-h", folder], capture_output=True).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
            time.sleep(0.05)
        yield Postgres(binaries, folder, user)
    finally:
        if server:
            server.terminate()
            server.wait(30)
        said.close()
        shutil.rmtree(folder, ignore_errors=True)
