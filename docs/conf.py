"""How the documentation is built. Warnings are errors: a page that lies fails the build."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "src"))
sys.path.insert(0, str(HERE / "notebooks"))

# autodoc imports with TYPE_CHECKING set, under which pydantic cannot build the models of FastAPI
import fastapi  # noqa: E402, F401
import percent  # noqa: E402

from bartizan import __version__  # noqa: E402
from bartizan.cli.main import main  # noqa: E402

project = "Bartizan"
author = "The Bartizan developers"
copyright = "2026, the Bartizan developers. Apache-2.0"  # noqa: A001
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.apidoc"]
myst_enable_extensions = ["deflist", "dollarmath", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "notebooks"]
default_role = "literal"
nitpicky = False

EDGES_IN = ("../src", str(HERE.parent.resolve() / "src"))  # as apidoc may spell it
apidoc_modules = [
    {
        "path": "../src/bartizan",
        "destination": "reference/api",
        # the edges have no names that anybody imports; the command line has a page of its own
        "exclude_patterns": [f"{folder}/bartizan/{edge}*" for folder in EDGES_IN for edge in ("adapters", "cli")],
        # one page per package: the theme draws the whole tree beside every page, which for every module takes minutes
        "separate_modules": False,
        "module_first": True,
        "implicit_namespaces": False,
    }
]
autodoc_member_order = "bysource"
autodoc_use_type_comments = False
autodoc_typehints = "signature"
autodoc_typehints_format = "fully-qualified"
# a name is documented where it is written, not again where a package offers it
autodoc_default_options = {"members": True, "show-inheritance": True, "ignore-module-all": True}
# short names in hints, such as `set`, may mean a built-in or a field of that name: no page depends on which
# the pages of the modules stand outside the tree that the theme draws beside every page: it took minutes
suppress_warnings = ["ref.python", "toc.not_included"]

html_theme = "furo"
html_title = f"Bartizan {release}"
html_static_path = ["_static"]


def _write_cli_reference(app: Sphinx) -> None:
    """One section for each verb, from the verb's own --help, so that the page cannot differ from the program."""
    context = click.Context(main, info_name="bartizan")
    lines = ["# The command line", "", "```text", main.get_help(context), "```", ""]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if command is None:
            continue
        verb = click.Context(command, info_name=f"bartizan {name}")
        lines += [f"## bartizan {name}", "", "```text", command.get_help(verb), "```", ""]
    page = Path(app.srcdir) / "reference" / "api" / "cli.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(lines), encoding="utf-8")


def _write_notebook(app: Sphinx) -> None:
    """The notebook tutorial with what its cells answer, so that the page cannot differ from the program."""
    percent.write(
        HERE / "notebooks" / "first_notebook.py", HERE.parent, Path(app.srcdir) / "reference" / "api", "notebook"
    )


def _leave_foreign_names(_: Sphinx, doctree: nodes.document) -> None:
    """Names in hints that are none of ours (str, ndarray) stay words: each would be looked for among all of ours."""
    for reference in list(doctree.findall(pending_xref)):
        if reference.get("refdomain") == "py" and not reference["reftarget"].startswith("bartizan"):
            reference.replace_self(reference.children)


def setup(app: Sphinx) -> None:
    """Write the generated pages before the sources are read."""
    app.connect("doctree-read", _leave_foreign_names)
    app.connect("builder-inited", _write_cli_reference, priority=100)
    app.connect("builder-inited", _write_notebook, priority=100)
