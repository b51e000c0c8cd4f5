"""The `tutor` command. Parses, hands over, prints; whatever is heavy is imported where it is needed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.errors import TutorError

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.grading import Grader, Rubric
    from knowledge.search import Found
    from knowledge.tutor import Tutor

Answer = dict[str, object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 for an error told in one sentence, 2 for wrong usage."""
    from knowledge.errors import KnowledgeError

    parsed = _parser().parse_args(arguments)
    try:
        return cast(int, parsed.command(parsed))
    except (TutorError, KnowledgeError) as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        # Whoever read the output has seen enough: tutor questions | head. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"{error.strerror or error}{where}. Mend that and try again.", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tutor", description="Torch Tutor: PyTorch interview practice, proved by code."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(command=run)
        return added

    ask = command("ask", _ask, "Answer a question; without one, a conversation with history.")
    ask.add_argument("question", nargs="*", help="the question, or - to read JSON lines from standard input")
    run = command("run", _run, "Run a snippet in the isolated worker.")
    run.add_argument("file", nargs="?", default="-", help="a Python file, or - to read JSON lines from standard input")
    grade = command("grade", _grade, "Grade answers in free text by their key points.")
    grade.add_argument("source", choices=["-"], help="- reads JSON lines from standard input")
    questions = command("questions", _questions, "List every question of the corpus.")
    for each in (ask, run, grade, questions):
        each.add_argument("--json", action="store_true", help="one JSON object a line")
    command("check", _check, "Validate the corpus and the interviews, and run every proof and every planted fault.")
    command("prepare", _prepare, "Build the search index if it is not there, and report how many questions it has.")
    command("worker", _worker, "Serve the isolated worker.")
    command("bot", _bot, "Start the bot against Discord.")
    command("playground", _playground, "Start the bot in a local page, without a token.")
    return parser


def _settings() -> Settings:
    from bot.settings import load_settings

    return load_settings()


def _open_tutor(settings: Settings) -> Tutor:
    from knowledge.tutor import Tutor

    tutor = Tutor.open(
        data_dir=settings.data_dir, model=settings.embedding_model, device=settings.device, corpus_dir=_corpus_dir()
    )
    for notice in tutor.notices:
        print(notice, file=sys.stderr)
    return tutor


def _corpus_dir() -> Path:
    from knowledge.questions import CORPUS_DIR

    return CORPUS_DIR


def _ask(arguments: argparse.Namespace) -> int:
    question = " ".join(arguments.question)
    if arguments.json and not question:
        print("Say what to ask: tutor ask --json QUESTION, or - to read JSON lines.", file=sys.stderr)
        return 2
    settings = _settings()
    tutor = _open_tutor(settings)

    def answer(asked: Answer) -> Answer:
        return _timed(tutor, _field(asked, "q", str))

    if question == "-":
        return _serve_lines(answer)
    if arguments.json:
        _print_line(_timed(tutor, question))
        return 0
    from bot.console import converse, show

    if question:
        show(tutor.ask_now(question))
        return 0
    return converse(tutor, settings.data_dir / "ask-history")


def _timed(tutor: Tutor, question: str) -> Answer:
    begun = time.perf_counter()
    found = tutor.ask_now(question)
    return _found_as_json(found) | {"ms": round((time.perf_counter() - begun) * 1000, 2)}


def _found_as_json(found: Found) -> Answer:
    hits = [
        {
            "id": hit.question.id,
            "question": hit.question.question,
            "topic": hit.question.topic,
            "score": hit.score,
            "answer": hit.question.answer,
        }
        for hit in found.hits
    ]
    return {"q": found.query, "verdict": found.verdict, "hits": hits}


def _grade(arguments: argparse.Namespace) -> int:
    from knowledge.grading import Grader

    settings = _settings()
    grader = Grader.open(
        data_dir=settings.data_dir, model=settings.embedding_model, device=settings.device, corpus_dir=_corpus_dir()
    )

    def answer(asked: Answer) -> Answer:
        graded = grader.grade(_rubric(grader, asked), _field(asked, "answer", str))
        points = [
            {"text": point.text, "covered": point.state == "covered", "score": round(point.score, 4)}
            for point in graded.points
        ]
        return {"score": round(graded.score, 4), "verdict": graded.verdict, "points": points}

    return _serve_lines(answer)


def _rubric(grader: Grader, asked: Answer) -> Rubric:
    from knowledge.grading import Rubric

    if "id" not in asked:
        rubric = Rubric.from_reference(_field(asked, "question", str), _field(asked, "reference", str))
        if not rubric.points:
            raise TutorError("The reference has no words to compare with. Give a model answer.")
        return rubric
    question = grader.questions.get(_field(asked, "id", str))
    if question is None:
        raise TutorError(f"No question has the id {asked['id']!r}. Run tutor questions to see them all.")
    return Rubric.of(question)


def _questions(arguments: argparse.Namespace) -> int:
    from knowledge.questions import load_corpus

    corpus = load_corpus(_corpus_dir())
    for question in corpus.questions:
        if arguments.json:
            _print_line(
                {
                    "id": question.id,
                    "question": question.question,
                    "topic": question.topic,
                    "level": question.level,
                    "key_points": question.key_points,
                    "sources": question.sources,
                    "proofs": [{"code": proof.code, "output": proof.output} for proof in question.proofs],
                }
            )
        else:
            print(f"{question.topic:34} {question.level:7} {question.id:44} {question.question}")
    for fault in corpus.faults:
        print(fault, file=sys.stderr)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from bot.local_runs import Check, check_in_jail
    from knowledge.interview_checks import check_block
    from knowledge.interviews import load_interviews
    from knowledge.proofs import check_proofs
    from knowledge.questions import load_corpus

    begun = time.perf_counter()
    corpus = load_corpus(_corpus_dir())
    interviews = load_interviews(corpus)
    checks: list[Check] = [partial(check_proofs, [question]) for question in corpus.questions]
    checks += [partial(check_block, block) for block in interviews.blocks]
    faults = [*corpus.faults, *interviews.faults, *check_in_jail(_settings(), checks)]
    for fault in faults:
        print(_relative(str(fault)))
    proofs = sum(len(question.proofs) for question in corpus.questions)
    print(
        f"{len(corpus.questions)} questions in {len(corpus.topics())} topics, {proofs} proofs, "
        f"{len(interviews.packs)} interview packs, {len(interviews.blocks)} blocks, "
        f"{len(faults)} faults, {time.perf_counter() - begun:.0f} s",
        file=sys.stderr,
    )
    return 1 if faults else 0


def _prepare(arguments: argparse.Namespace) -> int:
    begun = time.perf_counter()
    tutor = _open_tutor(_settings())
    print(f"{len(tutor.corpus.questions)} questions are ready, after {time.perf_counter() - begun:.1f} s.")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from bot.local_runs import run_file, run_lines

    if arguments.file == "-":
        return run_lines(_settings())
    return run_file(_settings(), Path(arguments.file), as_json=arguments.json)


def _worker(arguments: argparse.Namespace) -> int:
    # The worker shares no memory with the rest of the house: it starts as a program of its own.
    # It gets its own settings and nothing that is secret.
    from bot.sandbox.local import PASSED_ON

    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= _settings().worker_environment()
    os.execve(sys.executable, [sys.executable, "-m", "bot.sandbox"], environment)  # noqa: S606


def _bot(arguments: argparse.Namespace) -> int:
    from bot.lifecycle import run_bot

    return run_bot(_settings())


def _playground(arguments: argparse.Namespace) -> int:
    from bot.playground import run_playground

    return run_playground(_settings())


def _serve_lines(answer: Callable[[Answer], Answer]) -> int:
    """Answer each JSON line of standard input with one on standard output, in order, until it ends."""
    for line in _lines():
        try:
            reply = answer(_asked(line))
        except TutorError as error:
            reply = {"error": str(error)}
        _print_line(reply)
    return 0


def _asked(line: bytes) -> Answer:
    try:
        asked = json.loads(line)
    except UnicodeDecodeError as error:
        raise TutorError("The line is not UTF-8.") from error
    except (ValueError, RecursionError) as error:  # broken, too deep, or with a number of too many digits
        raise TutorError(f"The line is not JSON: {error}.") from error
    if not isinstance(asked, dict):
        raise TutorError("Each line must be a JSON object.")
    return asked


def _lines() -> Iterator[bytes]:
    return (line for line in sys.stdin.buffer if line.strip())


def _field(asked: Answer, name: str, kind: type[str]) -> str:
    value = asked.get(name)
    if not isinstance(value, kind):
        raise TutorError(f'Each line needs "{name}", a text.')
    return value


def _print_line(answer: Answer) -> None:
    # Lone surrogates are valid in JSON input but not in UTF-8 output: ASCII escapes carry them.
    print(json.dumps(answer), flush=True)


def _relative(text: str) -> str:
    return text.replace(f"{Path.cwd()}/", "", 1)


if __name__ == "__main__":
    sys.exit(main())
