"""Fuzz the parsers with atheris: each target for so many seconds, beginning with its corpus.

    python -m pip install --require-hashes -r requirements/fuzz.txt
    python -m tests.fuzz.run 60                                    # every target for a minute
    python -m tests.fuzz.run host token --seconds 600 --jobs 2     # these two for ten, side by side
    python -m tests.fuzz.run --seconds 600 --state FILE            # goes on where it was stopped

Each target runs in a process of its own, since the fuzzer ends the one that it runs in. Without a seed it goes on with
what earlier runs have collected in ``build/fuzz/<target>``. With ``--seed``, ``--report`` or ``--state`` it begins with
the committed corpus alone, so that a run can be told of and done again: each target's seed follows from the seed, which
is printed. With ``--state`` what is done is written down after each target and not done again, as long as it was done
for as many seconds; the seed is that of the first start.

An input that breaks a promise is kept as ``build/fuzz/<target>-crash-…`` or ``-timeout-…``. Put such an input into
``corpus/<target>``: the tests hold the parser to it from then on. Words that a parser knows, one a line as libFuzzer
takes them, may lie in ``dictionaries/<target>``.

Exit status: 0 every promise was kept, 1 one was broken, 2 it could not run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TARGETS = sorted(path.stem for path in (HERE / "targets").glob("*.py"))
FOUND = ROOT / "build" / "fuzz"

SLOWEST = 5
"""Seconds that one input may take; none of the parsers needs a thousandth of it. Where the machine does much else, time
passes in which nothing is done: an input that took longer is tried once more, and counts if it takes the processor a
tenth of that."""
LONGEST = 8192
"""Octets of the longest input; as long as a server lets a field be."""
MEMORY = 2048
"""MiB that one target's process may take."""
STARTING = 600
"""Seconds beyond its time after which a target's process is ended that does not end itself."""

_COVERED = re.compile(r"\b(INITED|DONE) +cov: (\d+)")
_RUNNING: set[subprocess.Popen[str]] = set()


def main(arguments: list[str]) -> int:
    """Run the targets; return 1 if any promise was broken, 2 if it cannot be found out."""
    given = _parsed(arguments)
    unknown = set(given.targets) - set(TARGETS)
    if unknown:
        print(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")  # noqa: T201
        return 2
    if find_spec("atheris") is None:
        print("atheris is not installed: python -m pip install --require-hashes -r requirements/fuzz.txt")  # noqa: T201
        return 2
    began = time.monotonic()
    fresh = given.seed is not None or given.report is not None or given.state is not None
    done: dict[str, dict[str, Any]] = {}
    seed, earlier = given.seed, 0.0
    if given.state is not None and given.state.exists():
        state = json.loads(given.state.read_text())
        if seed not in (None, state["seed"]):
            print(f"{given.state} was begun with the seed {state['seed']}")  # noqa: T201
            return 2
        seed, earlier = state["seed"], state.get("seconds", 0.0)
        done = {name: each for name, each in state["done"].items() if each["asked"] == given.seconds}
    seed = secrets.randbelow(2**31) if seed is None else seed
    print(f"seed {seed}", flush=True)  # noqa: T201

    def keep() -> None:
        if given.state is not None:
            seconds = earlier + time.monotonic() - began
            _write(given.state, {"seed": seed, "seconds": round(seconds), "done": done})

    keep()
    wanted = given.targets or TARGETS
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        left = [name for name in wanted if name not in done]
        for name, result in _side_by_side(left, given.seconds, seed, fresh=fresh, jobs=given.jobs):
            done[name] = result
            keep()
            print(told(name, result), flush=True)  # noqa: T201
    finally:
        signal.signal(signal.SIGTERM, before)
    results = {name: done[name] for name in sorted(wanted)}
    report = reported(results, seed, round(earlier + time.monotonic() - began))
    if given.report is not None:
        _write(given.report, report)
    return int(bool(report["found"]))


def _parsed(arguments: list[str]) -> argparse.Namespace:
    summary, _, more = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz.run",
        description=summary,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which; all of them if none is named")
    parser.add_argument("--seconds", type=int, help="for each target; may be the first argument as well (60)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--jobs", type=int, default=1, help="targets side by side (1)")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--state", type=Path)
    given = parser.parse_args(arguments)
    if given.targets and given.targets[0].isdecimal():
        seconds = int(given.targets.pop(0))
        given.seconds = given.seconds or seconds
    given.seconds = given.seconds or 60
    return given


def _side_by_side(
    targets: list[str], seconds: int, seed: int, *, fresh: bool, jobs: int
) -> Iterable[tuple[str, dict[str, Any]]]:
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run, name, seconds, seed_of(seed, name), fresh=fresh): name for name in targets}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()
            for process in list(_RUNNING):
                process.kill()


def seed_of(seed: int, target: str) -> int:
    """Return the seed of one target: never 0, by which the fuzzer means any."""
    return int.from_bytes(hashlib.sha256(f"{seed} {target}".encode()).digest()[:4]) % (2**31 - 1) + 1


def run(target: str, seconds: int, seed: int, *, fresh: bool) -> dict[str, Any]:
    """Run one target in processes of its own and return what it did.

    Args:
        target: its name.
        seconds: for how long.
        seed: where chance begins.
        fresh: whether to begin with the committed corpus alone, and not with what earlier runs have collected.
    """
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own:
        collected = Path(own, "corpus") if fresh else FOUND / target
        collected.mkdir(exist_ok=True)
        # A process that the fuzzer ends does not tidy up.
        scratch = Path(own, "tmp")
        scratch.mkdir()
        result: dict[str, Any] = {"inputs": 0, "of_the_corpus": 0, "new_inputs": 0, "stalls": 0}
        end = time.monotonic() + seconds
        while True:
            one = _process(target, max(round(end - time.monotonic()), 1), seed + result["stalls"], collected, scratch)
            inputs, new = result["inputs"] + one["inputs"], result["new_inputs"] + one["new_inputs"]
            of_the_corpus = result["of_the_corpus"] or one["of_the_corpus"]
            result |= {**one, "inputs": inputs, "new_inputs": new, "of_the_corpus": of_the_corpus}
            if one["kept"] or not _only_stalled(target, one["inputs_kept"]):
                break
            # The machine was busy elsewhere: what is left of the time is used all the same.
            result |= {"stalls": result["stalls"] + 1, "kept": True, "inputs_kept": [], "said": ""}
            if time.monotonic() >= end:
                break
    return {**result, "asked": seconds, "seed": seed}


def _process(target: str, seconds: int, seed: int, collected: Path, scratch: Path) -> dict[str, Any]:
    """Fuzz a target in one process and return what it did."""
    words = HERE / "dictionaries" / target
    before = set(FOUND.glob(f"{target}-*"))
    command = [
        *(sys.executable, "-m", "tests.fuzz.run", "--here", target),
        *(f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-max_len={LONGEST}", f"-seed={seed}"),
        *(f"-artifact_prefix={FOUND}/{target}-", "-print_final_stats=1", f"-rss_limit_mb={MEMORY}"),
        *([f"-dict={words}"] if words.exists() else []),
        *(str(collected), str(HERE / "corpus" / target)),
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    _RUNNING.add(process)
    try:
        said, _ = process.communicate(timeout=seconds + STARTING)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        said += f"\nit did not end {STARTING} s after its time"
    finally:
        _RUNNING.discard(process)
    return {
        **read(said),
        "kept": process.returncode == 0,
        "inputs_kept": sorted(str(path.relative_to(ROOT)) for path in set(FOUND.glob(f"{target}-*")) - before),
        "said": "" if process.returncode == 0 else said[-4000:],
    }


def _only_stalled(target: str, inputs: list[str]) -> bool:
    """Say whether a target was ended for its time alone, and its input takes next to none of the processor's."""
    if len(inputs) != 1 or not inputs[0].startswith(f"build/fuzz/{target}-timeout-"):
        return False
    command = [sys.executable, "-m", "tests.fuzz.run", "--once", target, inputs[0]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 or float(done.stdout) > SLOWEST / 10:
        return False
    (ROOT / inputs[0]).unlink()
    return True


def run_once(target: str, path: Path) -> None:
    """Print how many seconds of the processor's time a target takes for one input; only the second time counts."""
    logging.disable()
    module, content = import_module(f"tests.fuzz.targets.{target}"), path.read_bytes()
    module.check(content)
    began = time.process_time()
    module.check(content)
    print(time.process_time() - began)  # noqa: T201


def read(said: str) -> dict[str, Any]:
    """Return what the fuzzer says at its end, as numbers; 0 for what it does not say."""
    covered = dict(_COVERED.findall(said))
    last = re.findall(r"cov: (\d+)", said)
    stats = dict(re.findall(r"stat::(\w+): +(\d+)", said))
    return {
        "inputs": int(stats.get("number_of_executed_units", 0)),
        "branches": int(covered.get("DONE", last[-1] if last else 0)),
        "of_the_corpus": int(covered.get("INITED", 0)),
        "new_inputs": int(stats.get("new_units_added", 0)),
        "slowest_seconds": int(stats.get("slowest_unit_time_sec", 0)),
        "peak_mib": int(stats.get("peak_rss_mb", 0)),
    }


def told(target: str, result: dict[str, Any]) -> str:
    """Return the line about a target, and what was said where its promise was broken."""
    kept = "promise kept" if result["kept"] else f"PROMISE BROKEN\n{result['said']}"
    return (
        f"{target}: {result['inputs']} inputs, {result['branches']} branches "
        f"({result['of_the_corpus']} by the corpus), seed {result['seed']}, {kept}"
    )


def reported(results: dict[str, dict[str, Any]], seed: int, seconds: int) -> dict[str, Any]:
    """Return the report of a run.

    Args:
        results: what each target did.
        seed: of the run.
        seconds: how long it took, with what was done before.
    """
    broken = {name: each for name, each in results.items() if not each["kept"]}
    return {
        "stage": "fuzz",
        "seconds": seconds,
        "seed": seed,
        "counts": {
            "targets": len(results),
            "seconds for each target": max((each["asked"] for each in results.values()), default=0),
            "inputs": sum(each["inputs"] for each in results.values()),
            "branches reached by the committed corpus": sum(each["of_the_corpus"] for each in results.values()),
            "branches reached in all": sum(each["branches"] for each in results.values()),
            "promises broken": len(broken),
            "times that the machine stood still for too long": sum(each["stalls"] for each in results.values()),
        },
        "found": [
            f"{name}: {_last_line(each['said'])} (input: {', '.join(each['inputs_kept']) or 'none kept'}, "
            f"seed {each['seed']})"
            for name, each in broken.items()
        ],
        "explained": [],
        "details": {"targets": results},
    }


def _last_line(said: str) -> str:
    """Return which error a target has ended with."""
    errors = re.findall(r"^(?:=+\d*=* ?)?((?:\w+\.)*\w*(?:Error|Exception|ALARM|ERROR)\b.*)$", said, re.MULTILINE)
    lines = said.strip().splitlines()
    return (errors[0] if errors else lines[-1] if lines else "it said nothing")[:200]


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write it so that whoever is stopped half-way leaves the file as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f"{path.suffix}.new")
    new.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    os.replace(new, path)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def run_here(target: str, options: list[str]) -> None:
    """Fuzz one target in this process, which this ends."""
    logging.disable()  # a refused cookie is a line
    # By name, since the tests and checks do without it.
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["hardtack", "tests.fuzz.targets"]):
        module = import_module(f"tests.fuzz.targets.{target}")

    def check(data: bytes) -> None:
        outcome = module.check(data)
        assert outcome in module.OUTCOMES, outcome

    atheris.Setup([f"fuzz-{target}", *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        run_here(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] == ["--once"]:
        run_once(sys.argv[2], Path(sys.argv[3]))
    else:
        try:
            sys.exit(main(sys.argv[1:]))
        except KeyboardInterrupt:
            sys.exit(130)
