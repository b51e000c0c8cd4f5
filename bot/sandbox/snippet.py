"""Runs one snippet as `__main__`: the last expression's value, a traceback of the user's lines, figures."""

from __future__ import annotations

import ast
import atexit
import builtins
import errno
import io
import linecache
import os
import random
import resource
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NoReturn

from bot.sandbox import channel, linux

NAME: Final = "main.py"
_REHEARSAL: Final = """import torch
x = torch.randn(2, 2, requires_grad=True)
(x ** 2).sum().backward()
x.grad.shape
"""
_MESSAGE_CHARS: Final = 2000
_LINE_CHARS: Final = 2000
_TRACEBACK_LINES: Final = 200
_MAX_FIGURES: Final = 16


def become_a_snippets_process() -> None:
    """What is the same for every run, done once in the zygote: streams, hooks, an empty `__main__`."""
    _open_streams()
    sys.excepthook = lambda kind, problem, trace: _print_traceback(kind, problem)
    threading.excepthook = lambda details: _print_thread_traceback(details)
    warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    for name in [name for name in sys.modules if name == "bot" or name.startswith("bot.")]:
        del sys.modules[name]


def rehearse() -> None:
    """What can be done in a runner before its code comes, so that the run itself is shorter."""
    # What any snippet writes to (even a count of references is a write) becomes this process's own memory here
    # rather than page by page during the run.
    body, last = _compile(_REHEARSAL)
    _execute(body, last, {})
    _fresh_randomness()


def _fresh_randomness() -> None:
    """Seed every generator anew, so that no two runs share what the zygote has drawn."""
    random.seed()
    seed = random.getrandbits(63)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed & 0xFFFFFFFF)


def run(code: str, files: dict[str, bytes], end: int, value_bytes: int) -> NoReturn:
    """Run the code beside its files, send the last word on the descriptor `end`, and end with its exit status."""
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    value: str | None = None
    error: BaseException | None = None
    status = 1
    try:
        _place_files(files)
        _remember_source(code)
        main = sys.modules["__main__"]
        try:
            body, last = _compile(code)
            # Frames can be looked at from within: nothing is left in ours that is not needed.
            del code, files
            value = _execute(body, last, main.__dict__)
            status = 0
            _save_figures()
        except SystemExit as leaving:
            status = _exit_status(leaving.code)
            _save_figures()
        except BaseException as problem:
            error, status = problem, 1
            _print_traceback(type(problem), problem)
        _last_word(end, value, error, before_kb, value_bytes)
        _leave(status)
    finally:
        # Also when a signal handler of the snippet's raises in the middle of the above.
        os._exit(status)


def _compile(code: str) -> tuple[types.CodeType, types.CodeType | None]:
    """All statements, and the last one apart if it is an expression."""
    tree = ast.parse(code, NAME)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, NAME, "exec", dont_inherit=True)
    if not isinstance(last, ast.Expr):
        return body, None
    return body, compile(ast.Expression(last.value), NAME, "eval", dont_inherit=True)


def _execute(body: types.CodeType, last: types.CodeType | None, namespace: dict[str, Any]) -> str | None:
    """Run everything; the repr of the last expression if there is one and its value is not None."""
    exec(body, namespace)  # noqa: S102
    value = eval(last, namespace) if last is not None else None  # noqa: S307
    # An own class's repr may be a subclass of str with odd methods; what we go on with is a plain one.
    return None if value is None else str.__str__(repr(value))


def _remember_source(code: str) -> None:
    """Let tracebacks, inspect and torch.jit find the source lines of a file that does not exist."""
    lines = io.StringIO(code, newline=None).readlines()
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # No modification time: the entry is never checked against a file.
    linecache.cache[NAME] = (len(code), None, lines, NAME)


def _place_files(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if "/" in name:
            os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as file:
            file.write(data)


def _open_streams() -> None:
    """Unbuffered, so that what was printed before a kill has been printed."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for number, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors=errors, write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _print_thread_traceback(details: threading.ExceptHookArgs) -> None:
    if details.exc_type is SystemExit or details.exc_value is None:
        return
    name = details.thread.name if details.thread is not None else "?"
    print(f"Exception in thread {name}:", file=sys.stderr)
    _print_traceback(details.exc_type, details.exc_value)


def _print_traceback(kind: type[BaseException], problem: BaseException) -> None:
    """Print the traceback as Python does, but only with the lines of the snippet and its own files."""
    try:
        shown = traceback.TracebackException(kind, problem, problem.__traceback__, compact=True)
        for part in _chain(shown):
            part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if _is_own(frame.filename)])
        lines = [_shortened(line) for part in shown.format() for line in part.splitlines()]
        text = "".join(f"{line}\n" for line in lines[-_TRACEBACK_LINES:])
    except BaseException:
        # Its own __str__ raised, or there is no room left to format in.
        text = f"{kind.__name__}\n"
    with suppress(BaseException):
        sys.stderr.write(text)


def _chain(part: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while part is not None:
        yield part
        for inner in part.exceptions or ():
            yield from _chain(inner)
        if part.__context__ is not None and not part.__suppress_context__:
            yield from _chain(part.__context__)
        part = part.__cause__


def _shortened(line: str) -> str:
    return line if len(line) <= _LINE_CHARS else line[:_LINE_CHARS] + "…"


def _is_own(filename: str) -> bool:
    return filename in (NAME, "<string>") or os.path.abspath(filename).startswith(os.getcwd() + os.sep)


def _exit_status(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _save_figures() -> None:
    """Save every figure that is still open as figure_1.png and so on in the working folder."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for place, number in enumerate(pyplot.get_fignums()[:_MAX_FIGURES], start=1):
        try:
            pyplot.figure(number).savefig(f"figure_{place}.png")
        except Exception as problem:
            print(f"figure {number} could not be drawn: {type(problem).__name__}: {problem}", file=sys.stderr)


def _last_word(end: int, value: str | None, error: BaseException | None, before_kb: int, value_bytes: int) -> None:
    """Send what cannot be seen from outside. The supervisor believes none of it that matters."""
    word: dict[str, Any] = {
        "value": value,
        "truncated": False,
        "peak_mb": max(0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024,
    }
    if value is not None and len(value) > value_bytes:
        word["value"], word["truncated"] = value[:value_bytes] + "…", True
    if error is not None:
        message = ""
        with suppress(BaseException):
            message = str.__str__(str(error))[:_MESSAGE_CHARS]
        word["error"] = {"type": type(error).__name__, "message": message, "memory": _is_out_of_memory(error, message)}
    while True:
        try:
            os.write(end, channel.encode(word))
        except OSError as problem:
            if problem.errno == errno.EMSGSIZE and word["value"]:
                word["value"], word["truncated"] = word["value"][: len(word["value"]) // 2] + "…", True
                continue
        return


def _is_out_of_memory(error: BaseException, message: str) -> bool:
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, RuntimeError) and ("can't allocate memory" in message or "not enough memory" in message))
    )


def _leave(status: int) -> NoReturn:
    """What the interpreter does at its end, short of tearing down modules whose process is about to go anyway."""
    with suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
    linux.flush_c_streams()
    os._exit(status)
