"""All measurements, as one table: ``python -m benchmarks --data DIR`` (or ``make bench DATA=DIR``).

Each module of this folder that has a function ``figures(data)`` gives its rows; one that only runs as a command
gives its lines. A measurement that cannot run is named at the end, and the exit status is then 1.
"""

from __future__ import annotations

import argparse
import pkgutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import benchmarks
from benchmarks.table import Row, lines

PARTS = {"table", "__main__"}
MINUTES = 30.0


def modules() -> list[str]:
    """The names of all measurements, in the order of the alphabet."""
    return sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in PARTS)


def measure(name: str, data: Path) -> Iterator[Row]:
    """The rows of one measurement."""
    command = f"python -m benchmarks.{name} --data {data}"
    module = import_module(f"benchmarks.{name}")
    if hasattr(module, "figures"):
        for row in module.figures(data):
            yield row._replace(command=command)
        return
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--data", str(data)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60.0 * MINUTES,
    )
    for line in done.stdout.splitlines():
        what, _, figure = line.strip().partition("  ")
        yield Row(name, what, figure.strip(), command)


def main() -> int:
    """Run every measurement, print the table, say what could not run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the development data")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these measurements")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(modules()))
    if unknown:
        parser.error(f"there is no measurement {', '.join(unknown)}; there are {', '.join(modules())}")
    if not asked.data.is_dir():
        parser.error(f"{asked.data} is not a folder; give the folder of the development data with --data")
    rows: list[Row] = []
    failed: list[str] = []
    for name in asked.names or modules():
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            rows += measure(name, asked.data)
        except Exception as error:  # noqa: BLE001 - one that cannot run must not keep the others from being seen
            traceback.print_exc()
            failed.append(f"{name}: {error}")
    print("\n".join(lines(rows)))
    for line in failed:
        print(f"could not run: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
