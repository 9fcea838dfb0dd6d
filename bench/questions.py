"""Write a question set of the training data in SQuAD's format, for `isnad eval`.

python bench/questions.py tydiqa-goldp.ar.dev > questions.json [--data DIR] [--most 500]
isnad eval questions.json
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main() -> None:
    """Print the question set as JSON, each passage with its questions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help="such as tydiqa-goldp.ar.dev")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--most", type=int, help="at most so many questions; the passages all stay")
    options = parser.parse_args()

    folder = options.data / "qa"
    paragraphs, articles = {}, {}
    for context in lines(folder / f"{options.name}.contexts.jsonl.gz"):
        paragraph = paragraphs[context["context_id"]] = {"context": context["text"], "qas": []}
        articles.setdefault(context["title"], []).append(paragraph)
    for question in lines(folder / f"{options.name}.jsonl.gz")[: options.most]:
        answers = [{"text": a["text"], "answer_start": a["start"]} for a in question["answers"]]
        paragraphs[question["context_id"]]["qas"].append(
            {"id": question["id"], "question": question["question"], "answers": answers}
        )
    data = [{"title": title, "paragraphs": of_article} for title, of_article in articles.items()]
    json.dump({"version": "1.1", "data": data}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
