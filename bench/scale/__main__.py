"""The command: ``python -m bench.scale``. It measures what many sessions cost, or does the sums for figures of yours.

Only ``--save`` keeps what was found, in ``bench/scale/results.json`` and the pages ``scale``. With any assumption given
(``--sessions 5e6 --asks 30``) nothing is measured: the sums are done from the saved run and printed. The exit status is
0 however slow anything was.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import results as figures
from bench.progress import Progress
from bench.scale import report, results
from bench.scale.model import Assumed
from bench.scale.report import Runs
from bench.scale.run import QUICK, WHOLE, run


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="Measure what many sessions cost.")
    parser.add_argument("--quick", action="store_true", help="only see that everything runs; the figures mean nothing")
    parser.add_argument("--read", action="store_true", help="measure nothing, print the last saved run")
    parser.add_argument("--save", action="store_true", help="keep the figures: results.json and the pages")
    parser.add_argument("--docs", action="store_true", help="measure nothing, make the pages from results.json")
    for each in fields(Assumed):
        parser.add_argument(f"--{each.name}", type=float, help=f"do the sums for this ({each.default:g})")
    given = parser.parse_args(arguments)
    if given.quick and given.save:
        parser.error("the figures of a quick run mean nothing, so they are not saved")
    if given.docs:
        report.write_pages(report.saved())
        return 0
    yours = {each.name: getattr(given, each.name) for each in fields(Assumed) if getattr(given, each.name) is not None}
    if yours:
        runs = report.saved(Assumed(**yours))
        print(report.table_of(runs, "en", [runs.assumed]).text(), end="\n")
        print(report.limits(runs, "en").text(), end="")
        return 0
    if given.read:
        runs = report.saved()
    else:
        with TemporaryDirectory(prefix="hardtack-bench-") as folder:
            runs = Runs(run(QUICK if given.quick else WHOLE, Path(folder), Progress()), figures.read(), Assumed())
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    print(report.text(runs), end="")
    if given.save:
        results.write(runs.scale)
        report.write_pages(runs)
        print("hardtack: bench: saved in bench/scale/results.json and docs/*/scale.md", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
