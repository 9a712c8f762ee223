"""The group of verbs: found without importing them, errors in words, exit statuses of the contract."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

from bartizan import __version__
from bartizan.cli.main import VERBS, Verb, main
from bartizan.errors import CheckError, Fault, InputError, MissingPartError, SheetError, UnknownIdError

Ask = Callable[[Callable[[], object]], Result]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs a verb `act` whose body is the function given."""

    def run(body: Callable[[], object]) -> Result:
        @click.command()
        def act() -> None:
            body()

        module = ModuleType("a_verb_of_the_test")
        module.act = act  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(VERBS, "act", Verb(module.__name__, "Do it."))
        return CliRunner().invoke(main, ["act"])

    return run


def raising(error: BaseException) -> Callable[[], object]:
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CheckError("the gate is thin"), 1),
        (InputError("the gate is no gate"), 2),
        (MissingPartError("the site has no gate"), 2),
        (UnknownIdError("no gate 'x'"), 2),
        (PermissionError(13, "Permission denied", "out.html"), 2),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(32, "Broken pipe"), 141),
    ],
)
def test_each_error_has_its_exit_status(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    # the runner's stdout has no descriptor to point elsewhere
    monkeypatch.setattr("bartizan.cli.main.os.dup2", lambda *_: None)
    monkeypatch.setattr("bartizan.cli.main.os.open", lambda *_: 0)
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.fileno", lambda _: 1, raising=False)
    result = ask(raising(error))
    assert result.exit_code == status
    assert result.stdout == ""


def test_words_of_an_error_go_to_stderr_unquoted(ask: Ask) -> None:
    result = ask(raising(UnknownIdError("no gate has the id 'x'. Did you mean 'gate'?")))
    assert result.stderr == "bartizan: no gate has the id 'x'. Did you mean 'gate'?\n"


def test_every_fault_stands_on_its_own_line(ask: Ask) -> None:
    faults = [Fault("s.csv", line, "delay_sd", "x", "is not a number", "Give seconds") for line in (2, 3, 9)]
    result = ask(raising(SheetError(faults)))
    lines = result.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["s.csv:2", "s.csv:3", "s.csv:9"]


def test_an_error_cannot_command_the_terminal(ask: Ask) -> None:
    result = ask(raising(InputError("area '\x1b[2J\u202egate'")))
    assert "\x1b" not in result.stderr
    assert "\u202e" not in result.stderr
    assert "\\u001b[2J" in result.stderr


def test_a_verb_that_says_nothing_is_fine(ask: Ask) -> None:
    assert ask(lambda: None).exit_code == 0


def test_an_unknown_verb_is_refused_with_2() -> None:
    result = CliRunner().invoke(main, ["asess"])
    assert result.exit_code == 2
    assert "asess" in result.stderr


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_is_listed_with_its_line_and_answers_help(verb: str) -> None:
    command = getattr(import_module(VERBS[verb].module), VERBS[verb].function or verb)
    assert isinstance(command, click.Command)
    assert command.name == verb
    lines = CliRunner().invoke(main, ["--help"], terminal_width=200).stdout.splitlines()
    assert [line.split(None, 1)[1] for line in lines if line.split()[:1] == [verb]] == [VERBS[verb].help]
    assert CliRunner().invoke(main, [verb, "--help"]).exit_code == 0


def test_version() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).stdout


def test_help_pays_for_no_verb() -> None:
    program = (
        "import sys\nfrom bartizan.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'numpy', 'cv2', 'scipy', 'shapely', 'pydantic', 'fastapi', 'jinja2'} & {*sys.modules}\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_who_leaves_is_no_crash() -> None:
    program = "import sys\nfrom bartizan.cli.main import main\nsys.argv[1:] = ['schema']\nmain()\n"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        words = process.stderr.read()
    assert process.returncode == 141
    assert words == ""
