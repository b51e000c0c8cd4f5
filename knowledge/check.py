"""Check content by hand while writing it: `python -m knowledge.check [--fill] PATH...`.

Takes questions of the corpus and interview files. `--fill` writes what each proof of a question or a design printed
into its output block; read it before you believe it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from knowledge.interview_checks import check_block
from knowledge.interviews import INTERVIEWS_DIR, load_interviews
from knowledge.proofs import RunSnippet, check_proofs
from knowledge.questions import CORPUS_DIR, Fault, load_corpus
from knowledge.subprocess_runner import ForkingRunner

_PROOF = re.compile(r"(^```python[ \t]*\n(.*?)^```[ \t]*\n)(?:\s*^```output[ \t]*\n.*?^```[ \t]*$)?", re.M | re.S)
_SUFFIXES = (".md", ".yaml")


def main() -> int:
    """Print every fault of the named files (all that there are by default); 1 if there is any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; everything by default")
    parser.add_argument("--fill", action="store_true", help="write what the proofs print into their output blocks")
    arguments = parser.parse_args()
    named = [path.resolve() for path in arguments.paths] or [CORPUS_DIR, INTERVIEWS_DIR]
    for path in named:
        if not path.exists() or not any(path.is_relative_to(folder) for folder in (CORPUS_DIR, INTERVIEWS_DIR)):
            parser.error(f"{path} is no file or folder of the corpus or of the interviews")
    files = {file for path in named for file in (path.rglob("*") if path.is_dir() else [path])}
    files = {file for file in files if file.suffix in _SUFFIXES}
    run = ForkingRunner()
    if arguments.fill:
        for file in sorted(files):
            if CORPUS_DIR in file.parents or INTERVIEWS_DIR / "design" in file.parents:
                _fill(file, run)
    faults = _faults(files, run)
    for fault in faults:
        print(fault)
    print(f"{len(files)} files, {len(faults)} faults", file=sys.stderr)
    return 1 if faults else 0


def _fill(file: Path, run: RunSnippet) -> None:
    text = file.read_text(encoding="utf-8")
    filled = _PROOF.sub(lambda proof: f"{proof[1]}```output\n{run(proof[2]).stdout.rstrip()}\n```", text)
    file.write_text(filled, encoding="utf-8")


def _faults(files: set[Path], run: RunSnippet) -> list[Fault]:
    corpus = load_corpus()
    interviews = load_interviews(corpus)
    faults = [fault for fault in (*corpus.faults, *interviews.faults) if fault.path in files]
    faults += check_proofs((question for question in corpus.questions if question.path in files), run)
    for block in interviews.blocks:
        if block.path in files:
            faults += check_block(block, run)
    return faults


if __name__ == "__main__":
    sys.exit(main())
