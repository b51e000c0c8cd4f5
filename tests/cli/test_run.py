"""`tutor run` as people script against it: the real program, its own worker, the real jail."""

from __future__ import annotations

import base64
import codecs
import json
from pathlib import Path

from tests.cli.test_ask import answers, tutor


def test_lines_are_run_in_order_and_bad_ones_get_an_error() -> None:
    lines = [
        json.dumps({"code": "import torch\nprint('hi')\ntorch.ones(2).sum().item()"}),
        "not json",
        '{"q": 1}',
        json.dumps({"code": "open('out.txt', 'w').write(open('in.txt').read())", "files": {"in.txt": "aGk="}}),
        json.dumps({"code": "1/0"}),
    ]
    done = tutor("run", "--json", "-", lines="\n".join(lines).encode() + b"\n")

    assert done.returncode == 0, done.stderr
    first, broken, wrong, filed, failed = answers(done)
    assert {"status", "stdout", "stderr", "value", "files", "truncated", "ms"} <= set(first)
    assert (first["status"], first["stdout"], first["value"], first["files"]) == ("ok", "hi\n", "2.0", [])
    assert set(broken) == {"error"}
    assert set(wrong) == {"error"}
    assert filed["files"] == [{"path": "out.txt", "size": 2, "content": base64.b64encode(b"hi").decode()}]
    assert failed["status"] == "error"


def test_a_file_is_run_and_its_fate_is_the_exit_code(tmp_path: Path) -> None:
    fine, failing = tmp_path / "fine.py", tmp_path / "failing.py"
    fine.write_bytes(codecs.BOM_UTF8 + b"print('read')\r\n6 * 7\r\n")
    failing.write_text("raise SystemExit(3)")

    done = tutor("run", str(fine))

    assert (done.returncode, done.stdout) == (0, b"read\n42\n"), done.stderr
    assert tutor("run", str(failing)).returncode == 1
    missing = tutor("run", str(tmp_path / "missing.py"))
    assert missing.returncode == 1
    assert "missing.py" in missing.stderr.decode()
