"""Where a layer cannot be made the worker does not start: it names the layer and how to get it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.errors import WorkerUnavailable
from bot.sandbox.local import LocalWorker
from tests.sandbox.conftest import StartWorker
from tests.sandbox.worker_process import ROOT

LAUNCHER = [sys.executable, str(Path(__file__).with_name("launcher.py")), "--show", "{folder}"]
REFUSED = [
    (["--refuse", "user"], "user"),
    (["--refuse", "pid"], "pid"),
    (["--refuse", "network"], "network"),
    (["--refuse", "ipc"], "ipc"),
    (["--refuse", "uts"], "uts"),
    (["--refuse", "cgroup"], "cgroup"),
    (["--refuse", "mount"], "mount"),
    (["--refuse", "pivot_root"], "mount"),
    (["--refuse", "setns"], "pid"),
    (["--refuse", "capabilities"], "capabilities"),
    (["--refuse", "seccomp"], "seccomp"),
    (["--refuse", "prlimit64"], "rlimits"),
    (["--mask-proc"], "proc"),
]


@pytest.mark.parametrize(
    ("lacking", "layer"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_worker_refuses_to_start_without_a_layer(lacking: list[str], layer: str, start_worker: StartWorker) -> None:
    if "--mask-proc" in lacking and os.geteuid() != 0:
        pytest.skip("only root can cover a file of /proc")
    worker = start_worker(prefix=[*LAUNCHER, *lacking], wait=False)
    assert worker.process.wait(60) == 3, worker.log()
    last = worker.log().strip().splitlines()[-1]
    assert last.startswith(f"The jail's layer '{layer}' cannot be made ("), worker.log()
    assert last.endswith(".")


def test_the_same_machine_without_the_lack_is_good_enough(start_worker: StartWorker) -> None:
    worker = start_worker(prefix=LAUNCHER)
    assert worker.stop() == 0


def test_without_libseccomp_the_worker_says_what_to_install() -> None:
    code = "import runpy, sys; sys.modules['pyseccomp'] = None; runpy.run_module('bot.sandbox', run_name='__main__')"
    environ = {"PATH": os.environ["PATH"], "TUTOR_WORKER_LISTEN": "127.0.0.1:0"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert "layer 'seccomp'" in done.stderr
    assert "apt-get install libseccomp2" in done.stderr


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"TUTOR_WORKER_ISOLATION": "none"}, ["TUTOR_WORKER_ISOLATION='none'", "full", "no-seccomp"]),
        ({"TUTOR_WORKER_ISOLATION": "no-user"}, ["TUTOR_WORKER_ISOLATION='no-user'", "no-proc"]),
        ({"TUTOR_WORKER_SLOTS": "0"}, ["TUTOR_WORKER_SLOTS='0'", "from 1 to 256"]),
        ({"TUTOR_RUN_TIMEOUT_S": "soon"}, ["TUTOR_RUN_TIMEOUT_S='soon'", "from 0.1"]),
        ({"TUTOR_RUN_MEMORY": "1"}, ["TUTOR_RUN_MEMORY is not a setting", "TUTOR_RUN_MEMORY_MB"]),
        ({"TUTOR_WORKER_LISTEN": "8060"}, ["TUTOR_WORKER_LISTEN='8060'", "unix:PATH"]),
        ({"TUTOR_LOG_FORMAT": "xml"}, ["TUTOR_LOG_FORMAT='xml'", "text, json"]),
    ],
)
def test_wrong_settings_stop_the_start_in_one_sentence(environ: dict[str, str], words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.sandbox"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words), done.stderr


async def test_local_worker_passes_the_reason_on(tmp_path: Path) -> None:
    worker = LocalWorker(tmp_path, {**os.environ, "TUTOR_WORKER_ISOLATION": "none"})
    with pytest.raises(WorkerUnavailable, match="TUTOR_WORKER_ISOLATION='none'"):
        await worker.start()
    assert os.listdir(tmp_path) == []
