"""The command line's door: picks the verb, and tells mistakes in a sentence."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

from allegory.errors import Interrupted, UserError, unknown
from allegory.progress import say

__all__ = ["VERBS", "main", "run"]

VERBS = {
    "check": "say what is in a source, what can't be read, and what training would use",
    "audit": "say what is rare in a source and what does not belong, on one page",
    "train": "train a recipe on a source",
    "resume": "go on with a run or a sweep that was stopped, or train a run longer",
    "sweep": "train and measure a recipe over values of its fields, and over seeds",
    "evaluate": "measure a run's model on held-out examples",
    "compare": "measure runs or sweeps on the same examples, side by side",
    "report": "write a run's page, report.html",
    "sample": "draw new examples",
    "reconstruct": "show examples beside their reconstructions",
    "interpolate": "walk from one example to another",
    "vary": "make pictures like one of yours, by a model that denoises",
    "inpaint": "make a part of a picture anew, by a model that denoises",
    "traverse": "move along one latent or direction at a time, the strongest first",
    "translate": "turn pictures of one kind into another: a file, or a whole folder",
    "watch": "see how a run came along, as a film or as moments side by side",
    "encode": "write the latent codes of a source as a table",
    "outliers": "find what does not belong: scores, a threshold from normal examples, a page",
    "balance": "weigh examples by how rare they are; select or generate by it",
    "invert": "find the codes of your own pictures, also where a model can't encode",
    "studio": "see, start and explore runs in the browser",
    "export": "write a run's model for other programs: ONNX, one HTML page, a folder for a hub",
    "serve": "serve a run's model to programs, as JSON",
    "recipes": "list the recipes",
    "claims": "rerun the lecture's claims: the numbers, and whether each holds",
}
"""Every verb, with what it does; each is a module of this package with a function `command`."""

DONE, FAULT, MISTAKE, INTERRUPTED = 0, 1, 2, 130


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0 done, 2 a user's mistake, 1 a fault of the program, 130 interrupted with
        everything saved.
    """
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return dispatch(arguments)
    except UserError as error:
        say(f"allegory: {error}")
        return MISTAKE
    except (Interrupted, KeyboardInterrupt):
        say("allegory: stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output left: nothing more to say, also not at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT


def dispatch(arguments: list[str]) -> int:
    """Run the verb that the arguments begin with."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(overview())
        return DONE if arguments else MISTAKE
    if arguments[0] in ("-V", "--version"):
        from importlib.metadata import version

        sys.stdout.write(f"allegory {version('allegory')}\n")
        return DONE
    verb, rest = arguments[0], arguments[1:]
    if verb not in VERBS:
        raise unknown("command", verb, VERBS)
    command = importlib.import_module(f"allegory.cli.{verb}").command
    command(rest)
    return DONE


def overview() -> str:
    """The help page of the whole."""
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{width}}  {text}" for verb, text in VERBS.items())
    return (
        "usage: allegory COMMAND ...\n\n"
        "Deep generative modelling of your own pictures: point it at a folder.\n\n"
        f"commands:\n{verbs}\n\n"
        "First steps:\n"
        "  allegory check FOLDER             what is in it\n"
        "  allegory train vae FOLDER         train; leaves a folder under runs/ with report.html\n"
        "  allegory train vae faces          the same on rendered faces: nothing is downloaded\n"
        "  allegory COMMAND --help           all options of a command\n"
    )


def run() -> NoReturn:
    """Run the command line and leave the process.

    One of several processes leaves without the destructors of its libraries: torch's transport
    threads may still run then, and would end a finished run with an abort.
    """
    code = main()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    run()
