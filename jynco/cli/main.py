"""``jynco``: the commands, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Sequence

import click

from jynco.cli import commands, exits
from jynco.cli.speech import Speech
from jynco.errors import JyncoError, UsageWrong


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def jynco() -> None:
    """Turn a storyboard into a film: every clip paid for once, every cut re-made in seconds."""


commands.register(jynco)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Nothing leaves as a traceback."""
    speech = Speech.create("--json" in arguments)
    try:
        return int(jynco.main(list(arguments), prog_name="jynco", standalone_mode=False) or 0)
    except click.exceptions.Exit as left:
        return left.exit_code
    except (
        click.exceptions.NoArgsIsHelpError
    ) as asked:  # help is no fault, and a script must notice all the same
        speech.say(asked.format_message())
        return exits.WRONG
    except click.ClickException as wrong:
        return speech.fail(UsageWrong(f"{wrong.format_message()} See 'jynco --help'."))
    except (KeyboardInterrupt, click.Abort):
        speech.say("jynco: interrupted. What was accepted is kept; the same command goes on with it.")
        return exits.INTERRUPTED
    except JyncoError as error:
        return speech.fail(error)
    except BrokenPipeError:  # whoever read our output has gone
        sys.stderr.close()
        return exits.FAILED
    except Exception:
        return speech.fail(_fault())


def _fault() -> JyncoError:
    """A fault of ours: the trace goes into a file, and its name to the person."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="jynco-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        traceback.print_exc(file=log)
    return JyncoError(
        f"A fault inside Jynco stopped this command; nothing was lost. What happened is in {log.name}."
    )
