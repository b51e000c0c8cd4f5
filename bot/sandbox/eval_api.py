"""The wire format of snekbox's `/eval`, so that its existing clients work with this worker unchanged.

Written from the API's documentation: https://github.com/python-discord/snekbox#http-rest-api
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import BadRun
from bot.sandbox.wire import RunRequest, RunResult, check_files, checked_name, decode_content

_HOW = 'Send {"input": "print(1)"}, or "args" that are ["-c", CODE] or ["main.py"] with a main.py among the files.'


def read_request(body: object, client: str) -> RunRequest:
    """The run that the body of `POST /eval` asks for; raises BadRun."""
    if not isinstance(body, dict):
        raise BadRun(_HOW)
    files = _files(body.get("files"))
    code, argv = _code(body, files)
    return RunRequest(code=code, files=files, client=client, argv=argv, merged=True)


def answer(result: RunResult) -> dict[str, Any]:
    """The answer of `POST /eval`."""
    whole = result.to_json()
    return {"stdout": whole["stdout"], "returncode": result.returncode, "files": whole["files"]}


def _code(body: dict[str, Any], files: dict[str, bytes]) -> tuple[str, tuple[str, ...]]:
    if "args" in body:
        args = body["args"]
        if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
            raise BadRun("The field 'args' must be a list of strings.")
        match args:
            case ["-c", code, *rest]:
                return code, ("-c", *rest)
            case ["main.py", *rest] if "main.py" in files:
                return files["main.py"].decode("utf-8", "surrogateescape"), ("main.py", *rest)
        raise BadRun(_HOW)
    code = body.get("input")
    if not isinstance(code, str):
        raise BadRun(_HOW)
    return code, ("main.py",)


def _files(raw: object) -> dict[str, bytes]:
    if raw is None:
        return {}
    if not isinstance(raw, list) or not all(isinstance(item, dict) and "path" in item for item in raw):
        raise BadRun('The field \'files\' must be a list of {"path": NAME, "content": BASE64}.')
    files = {checked_name(item["path"]): decode_content(item["path"], item.get("content", "")) for item in raw}
    check_files(files)
    return files
