"""`bartizan`: one verb, one module; a verb's module is imported only when it is called.

Exit status: 0 fine; 1 the input reads well and the answer is no; 2 the input cannot be read as what it claims to be;
130 stopped from the keyboard; 141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import click

from bartizan import __version__
from bartizan.cli.words import printable
from bartizan.errors import BartizanError

STOPPED = 130  # 128 + SIGINT, as shells have it
UNHEARD = 141  # 128 + SIGPIPE
LONGEST = 1_000  # characters of one fault: what was given may be of any length


class Verb(NamedTuple):
    """Where a verb lives, and its line in `bartizan --help`, which must be told without importing it."""

    module: str
    help: str
    # only where the verb's name cannot be that of a function
    function: str | None = None


VERBS: dict[str, Verb] = {
    "advise": Verb("bartizan.cli.advise", "What is each part worth, and how far must each lever go?"),
    "arm": Verb("bartizan.cli.arm", "Arm a rule or a zone: what it finds is sounded. Without a name: which are?"),
    "assess": Verb("bartizan.cli.assess", "Would the layers stop an intruder in time?"),
    "backup": Verb("bartizan.cli.backup", "Copy what a desk keeps, while it works."),
    "calibrate": Verb("bartizan.cli.calibrate", "How good is what a camera says of the ground? Make it better."),
    "check": Verb("bartizan.cli.check", "Read a site, and say all that is wrong or odd in it."),
    "compare": Verb("bartizan.cli.compare", "Two sites, or two states of one, side by side."),
    "demo": Verb("bartizan.cli.demo", "Show both stories on the bundled, fictional site."),
    "desk": Verb("bartizan.cli.desk", "What do we do about it? The duty desk, in a browser."),
    "disarm": Verb("bartizan.cli.arm", "Disarm a rule or a zone: what it finds is recorded and not sounded."),
    "doubt": Verb("bartizan.cli.doubt", "How sure is P_I, what drives the doubt, and what to test first?"),
    "drill": Verb("bartizan.cli.drill", "Play a scenario through watch and desk."),
    "episodes": Verb("bartizan.cli.episodes", "How often does what happen where, and what was unusual?"),
    "figures": Verb("bartizan.cli.figures", "What does the desk's own record say of its work?"),
    "handover": Verb("bartizan.cli.handover", "Hand a case over, or print the key that a desk signs with."),
    "harden": Verb("bartizan.cli.harden", "Which upgrades are best within a budget, and what could be spared?"),
    "import": Verb(
        "bartizan.cli.import_plan", "Draft a site from a plan: OpenStreetMap, DXF or GeoJSON.", "import_plan"
    ),
    "new": Verb("bartizan.cli.check", "Start a site folder from a commented template."),
    "privacy": Verb("bartizan.cli.privacy", "What does the watch learn of people, how long is it kept, and why?"),
    "report": Verb("bartizan.cli.report", "Everything that can be said of a site's protection, on one page."),
    "restore": Verb("bartizan.cli.backup", "Bring a backup of a desk back, and prove it."),
    "schema": Verb("bartizan.cli.check", "Print the JSON Schema of site.toml."),
    "score": Verb("bartizan.cli.score", "How good is what a watch raised, or what it followed, against the truth?"),
    "simulate": Verb("bartizan.cli.simulate", "What happens if the worst paths are tried, again and again?"),
    "terrain": Verb("bartizan.cli.terrain", "Where over the ground would an intruder get through?"),
    "sweep": Verb("bartizan.cli.sweep", "How do many sites fare, in every state, against every threat?"),
    "verify": Verb("bartizan.cli.verify", "Is a hand-over package what its sender signed? With the package alone."),
    "watch": Verb("bartizan.cli.watch", "Who is out there, and does somebody stay where nobody should?"),
}


def _say(words: str) -> None:
    """Write words to stderr, one fault a line, none endless, free of anything that would command a terminal."""
    for line in words.splitlines():
        shown = line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 :]}"
        click.echo(f"bartizan: {printable(shown)}", err=True)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a verb may raise into words and an exit status."""
    try:
        yield
        sys.stdout.flush()
    except BartizanError as error:
        _say(str(error))
        raise click.exceptions.Exit(error.exit_status) from error
    except BrokenPipeError:
        # the interpreter flushes stdout again on its way out, and must find somebody who listens
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(UNHEARD) from None
    except KeyboardInterrupt:
        _say("stopped")
        raise click.exceptions.Exit(STOPPED) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        _say(f"{place}{error.strerror or error}. Check the path, its rights and the space left")
        raise click.exceptions.Exit(BartizanError.exit_status) from error


class Verbs(click.Group):
    """The group of verbs: lists them from `VERBS`, imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb's name."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one verb, or None where there is no such verb."""
        if cmd_name not in VERBS:
            return None
        verb = VERBS[cmd_name]
        command = getattr(import_module(verb.module), verb.function or cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - a slip of ours, never of the user
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is meant; for a word that is none, the verb that it looks like."""
        if args[0] not in VERBS and not args[0].startswith("-"):
            meant = get_close_matches(args[0], VERBS, 1)
            cure = f"Did you mean {meant[0]!r}?" if meant else "The verbs are in bartizan --help"
            raise click.UsageError(f"there is no verb {args[0]!r:.80}. {cure}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of verbs without importing any of them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, VERBS[name].help) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; an error of the house becomes words on stderr and its own exit status."""
        with _told():
            return super().invoke(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; a character that the terminal cannot show is replaced, never an error."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")
        return super().main(*args, **kwargs)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bartizan")
def main() -> None:
    """One model of a guarded site: assessed, watched, acted on and practised.

    Exit status: 0 fine; 1 it reads, and the answer is no; 2 the input cannot be read as what it claims to be.
    """
