"""The pages: their links, their length, and that they name what there is."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from ganctl.cli.app import app
from tests.docs.blocks import blocks

ROOT = Path(__file__).parents[2]
SITE = sorted(
    path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts
)
PAGES = [Path("README.md"), *SITE]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INCLUDE = re.compile(r"^```\{include\} (\S+)", re.M)
MODULE = re.compile(r"`([\w/]+\.py)`")
WEB_ADDRESSES = {
    "https://github.com/eriklindernoren/PyTorch-GAN",
    "https://github.com/huggingface/safetensors",
    "https://packaging.python.org/en/latest/specifications/entry-points/",
    "https://keras.io/examples/generative/conditional_gan/",
}
"""Those that exist."""


def text_of(page: Path) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def slug(heading: str) -> str:
    """Return the anchor that GitHub and MyST give a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text_of(page), re.M)}


def test_the_readme_is_a_front_door() -> None:
    assert len(text_of(Path("README.md")).splitlines()) <= 160


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(text_of(page)):
        if target.startswith("http"):
            assert target in WEB_ADDRESSES
            continue
        path, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.is_file(), target
        assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize("page", SITE, ids=str)
def test_every_included_page_exists(page: Path) -> None:
    for included in INCLUDE.findall(text_of(page)):
        assert ((ROOT / page).parent / included).is_file()


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = {Path("docs/index.md")}
    for page in SITE:
        for toctree in re.findall(r"```\{toctree\}\n(.*?)```", text_of(page), re.S):
            names = [line for line in toctree.split() if not line.startswith(":")]
            listed |= {page.parent / f"{name}.md" for name in names}
    assert set(SITE) - listed == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_and_option_exists(page: Path) -> None:
    commands = typer.main.get_group(app).commands
    for block in blocks(ROOT / page):
        lines = [example.command for example in block.examples()]
        lines += block.text.replace("\\\n", " ").splitlines() if block.language == "sh" else []
        for line in lines:
            for name, words in ganctl_commands(line):
                assert name in commands, line
                command: Any = commands[name]
                if words and words[0] in getattr(command, "commands", {}):
                    command = command.commands[words[0]]
                known = {option for param in command.params for option in param.opts}
                used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
                assert used <= {*known, "--help"}, line


def ganctl_commands(line: str) -> list[tuple[str, list[str]]]:
    """Return the name and the words of each ``ganctl COMMAND`` in a line of a shell."""
    found = []
    for command in re.split(r"&&|\|\||\"?\$\(|\)\"?|[|(;]", line):
        words = shlex.split(command, comments=True)
        for place, word in enumerate(words[:-1]):
            if Path(word).name == "ganctl":
                found.append((words[place + 1], words[place + 2 :]))
                break
    return found


def test_the_map_names_every_module_and_no_other() -> None:
    page = text_of(Path("docs/explanations/how-it-is-built.md"))
    named = {Path(name).name for name in MODULE.findall(page)}
    modules = {
        path.name for path in (ROOT / "ganctl").rglob("*.py") if not path.name.startswith("_")
    }
    assert named - {"__init__.py"} == modules


def test_the_reference_names_every_variable() -> None:
    page = text_of(Path("docs/reference/environment.md"))
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "ganctl").rglob("*.py"))
    assert [name for name in set(re.findall(r"GANCTL_[A-Z]+", code)) if name not in page] == []


def test_every_dependency_is_explained() -> None:
    page = text_of(Path("docs/explanations/dependencies.md"))
    required = importlib.metadata.requires("ganctl") or []
    names = [name_of(text) for text in required if "extra ==" not in text]
    assert len(names) >= 9
    assert [name for name in names if f"| {name} |" not in page] == []


def test_every_package_of_contributors_is_explained() -> None:
    tomllib = pytest.importorskip("tomllib")
    page = text_of(Path("docs/explanations/dependencies.md"))
    explained = {
        name for row in re.findall(r"^\| ([^|`]+) \|", page, re.M) for name in row.split(", ")
    }
    project = tomllib.loads(text_of(Path("pyproject.toml")))
    groups = [
        *project["project"]["optional-dependencies"].values(),
        *project.get("dependency-groups", {}).values(),
    ]
    named = {name_of(text) for group in groups for text in group if isinstance(text, str)}
    assert named - explained == {"ganctl"} & named


def name_of(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement)[0]


def test_every_model_and_recipe_has_its_page() -> None:
    from ganctl.requests.recipes import Model, RecipeName

    models = ROOT / "docs" / "explanations" / "models"
    assert {path.stem for path in models.glob("*.md")} == {"index", *(m.value for m in Model)}
    recipes = text_of(Path("docs/explanations/recipes.md"))
    assert [name.value for name in RecipeName if f"`{name.value}`" not in recipes] == []
