"""The arrows of docs/architecture.md: ui → rag → vectorstore, and a default path without heavy imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {"vectorstore": {"vectorstore"}, "rag": {"rag", "vectorstore"}, "ui": {"ui", "rag"}}
HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "langchain_text_splitters", "faiss")


@lru_cache
def imports_of(path: Path) -> list[tuple[str, bool]]:
    """Return (module, whether it is imported when the file is) for each import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    later = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.FunctionDef)
        or (isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING")
        for node in ast.walk(block)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in later) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from rag import text` names a module, `from rag.text import fold` something in one.
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = [
                name for name in modules if (ROOT / name.replace(".", "/")).with_suffix(".py").exists()
            ]
            found += [(name, id(node) not in later) for name in modules or [node.module]]
    return found


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_packages_import_only_what_the_arrows_allow(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for module, _ in imports_of(path)
        if module.split(".")[0] in ALLOWED
        and module.split(".")[0] not in ALLOWED[package]
        # The command line opens the chat on `isnad serve`, and only then.
        and path != ROOT / "rag" / "commands" / "serve.py"
    ]
    assert wrong == []


def test_modules_import_one_another_without_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for package in ALLOWED:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            graph[name] = {module for module, at_import in imports_of(path) if at_import}
    TopologicalSorter(graph).prepare()  # which names the cycle that it finds


def test_importing_rag_loads_nothing_heavy() -> None:
    code = f"import sys, rag; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_gradio_is_imported_in_one_place() -> None:
    found = {
        path.relative_to(ROOT / "ui").as_posix()
        for path in (ROOT / "ui").rglob("*.py")
        for module, _ in imports_of(path)
        if module.split(".")[0] == "gradio"
    }
    assert found == {"stubless.py"}


def test_gradio_writes_no_stubs_while_it_is_imported(tmp_path: Path) -> None:
    code = """
import inspect, pathlib
wrote, write = [], pathlib.Path.write_text
pathlib.Path.write_text = lambda path, *rest, **more: wrote.append(path.name) or write(path, *rest, **more)
parsed, parse = [], __import__("ast").parse
__import__("ast").parse = lambda source, *rest, **more: parsed.append(source) or parse(source, *rest, **more)
from ui.stubless import gr
print(wrote, len([source for source in parsed if "gradio" in source]), inspect.getfile(gr.Textbox)[-10:])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[] 0 textbox.py"
