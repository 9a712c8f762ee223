"""From a script with `# %%` cells to a notebook that has been run, and to a page that shows what it answered."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

MARK = "# %%"
WORDS = "[markdown]"
LONGEST = 120  # seconds for one cell: they take less than one


def notebook(script: Path) -> NotebookNode:
    """The notebook that a script stands for, not yet run. Cells have ids by number, the same every time."""
    cells = []
    for number, part in enumerate(f"\n{script.read_text(encoding='utf-8')}".split(f"\n{MARK}")[1:]):
        head, _, body = part.partition("\n")
        if head.strip() == WORDS:
            lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines()]
            cell = nbformat.v4.new_markdown_cell("\n".join(lines))
        else:
            cell = nbformat.v4.new_code_cell(body.strip())
        cell["id"] = f"cell-{number}"
        cells.append(cell)
    made = nbformat.v4.new_notebook(cells=cells)
    made["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def run(script: Path, folder: Path) -> NotebookNode:
    """The notebook of a script after a kernel has run it in `folder`. Raises where a cell does."""
    made = notebook(script)
    settings = Config()
    # by sockets in the file system: a kernel that listens on no port answers nobody else
    settings.KernelManager.transport = settings.AsyncKernelManager.transport = "ipc"
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(made, timeout=LONGEST, resources=resources, coalesce_streams=True, config=settings).execute()
    return made


def page(made: NotebookNode) -> str:
    """A notebook that was run as a page in MyST markdown."""
    parts: list[str] = []
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(cell["source"])
            continue
        parts.append(f"```python\n{cell['source']}\n```")
        parts += [_output(output) for output in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def _output(output: NotebookNode) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        return f'````{{raw}} html\n<div class="answer" style="overflow-x:auto">{data["text/html"]}</div>\n````'
    words = data.get("text/plain") or output.get("text", "")
    return f"```text\n{words.rstrip()}\n```"


def write(script: Path, root: Path, folder: Path, name: str) -> None:
    """Write NAME.md as it was run in `root`, and NAME.ipynb without answers, into `folder`."""
    text = page(run(script, root))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(nbformat.writes(notebook(script)), encoding="utf-8")
    link = f"\nThe same as a notebook to run yourself: {{download}}`{name}.ipynb`.\n"
    (folder / f"{name}.md").write_text(text + link, encoding="utf-8")
