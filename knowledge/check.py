"""Check corpus files by hand while writing them: `python -m knowledge.check [--fill] PATH...`.

`--fill` writes what each proof printed into its output block; read it before you believe it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from knowledge.proofs import check_proofs
from knowledge.questions import CORPUS_DIR, Fault, load_corpus, parse_question
from knowledge.subprocess_runner import ForkingRunner

_PROOF = re.compile(r"(^```python[ \t]*\n(.*?)^```[ \t]*\n)(?:\s*^```output[ \t]*\n.*?^```[ \t]*$)?", re.M | re.S)


def main() -> int:
    """Print every fault of the named files (all of the corpus by default); 1 if there is any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; the whole corpus by default")
    parser.add_argument("--fill", action="store_true", help="write what the proofs print into their output blocks")
    arguments = parser.parse_args()
    named = [path.resolve() for path in arguments.paths] or [CORPUS_DIR]
    files = sorted(file for path in named for file in (path.rglob("*.md") if path.is_dir() else [path]))
    run = ForkingRunner()
    faults: list[Fault] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        if arguments.fill:
            text = _PROOF.sub(lambda proof: f"{proof[1]}```output\n{run(proof[2]).stdout.rstrip()}\n```", text)
            file.write_text(text, encoding="utf-8")
        question, file_faults = parse_question(text, file)
        faults += file_faults
        if question is not None:
            faults += check_proofs([question], run)
    faults += [fault for fault in load_corpus().faults if fault.path in files and fault not in faults]
    for fault in faults:
        print(fault)
    print(f"{len(files)} files, {len(faults)} faults", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
