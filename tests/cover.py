"""Which lines the tests reach, by room, as gcovr counts them in the build folder of the preset `cover`.

usage: cover.py [--core]         runs the unit tests and prints their lines by room; --core: those of daemon/core alone
       cover.py [--core] PATH…   prints which lines of these files or folders the last run did not reach

The bodies of coroutines are left out: GCC 12 gives gcov no lines of theirs.

The status is 1 if the unit tests of daemon/core alone reach less of its lines than they must. A test that goes through
whole programs reaches much and checks little of what it passes: so those of the core are counted without any other.
"""
import argparse
import collections
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/cover"
CORE = "daemon/core"
CORE_MUST = 95  # per cent
CORE_TESTS = "tests/unit/core"
ALL_TESTS = ["tests/unit", "tests/shell"]
ROOMS = ("common", "client", "daemon", "systemd")


def forget_runs():
    for counts in BUILD.rglob("*.gcda"):
        counts.unlink()


def forget_moved():
    """Of a source that has gone, or stands in another room, the build folder keeps which lines it had."""
    subprocess.run(["ninja", "-C", BUILD, "-t", "cleandead"], check=True, stdout=subprocess.DEVNULL)
    for notes in BUILD.rglob("*.gcno"):
        if not notes.with_suffix(".o").exists():
            notes.unlink()


def run(folders, rooms=()):
    """Builds these rooms and the tests of these folders, and runs the tests; nothing that was run before counts."""
    jobs = str(os.cpu_count())
    targets = [f"{each}/all" for each in (*rooms, *folders)]
    forget_runs()
    subprocess.run(["cmake", "--build", BUILD, "--parallel", jobs, "--target", *targets], check=True)
    forget_runs()  # the build asks the programs for their tests
    forget_moved()
    for folder in folders:
        # valgrind reaches no other lines, and takes its time.
        command = ["ctest", "--test-dir", BUILD / folder, "--parallel", jobs, "--exclude-regex", "^valgrind_"]
        log = BUILD / f"{folder.replace('/', '-')}.log"
        with open(log, "wb") as output:
            ran = subprocess.run([*command, "--output-on-failure"], stdout=output, stderr=output)
        if ran.returncode:
            sys.exit(f"cover: tests of {folder} failed: {log}")


def count(folders, where, kept):
    """How often each line of ours below `where` ran, by file; of what was built in the build folder's `folders`."""
    command = ["gcovr", "--root", ROOT, "--json", kept]
    command += itertools.chain.from_iterable(("--filter", f"{each}/") for each in where)
    subprocess.run([*command, *(BUILD / each for each in folders)], check=True, cwd=ROOT)
    return lines(kept)


def lines(kept):
    counted = {}
    for file in json.loads(kept.read_text())["files"]:
        times = counted.setdefault(file["file"], collections.Counter())
        for line in file["lines"]:
            if not line.get("gcovr/noncode") and not line.get("gcovr/excluded"):
                times[line["line_number"]] += line["count"]
    return {name: times for name, times in counted.items() if times}


def ranges(numbers):
    """3, 4, 5 and 9 as "3-5 9"."""
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def row(name, files):
    """Prints how much of the files was reached, and returns it in per cent."""
    total = sum(len(each) for each in files)
    reached = sum(1 for each in files for times in each.values() if times)
    share = 100 * reached / total if total else 100.0
    print(f"{name:44}{total:7}{reached:8}{share:8.1f}")
    return share


def table(counted):
    rooms = collections.defaultdict(list)
    for name, times in counted.items():
        rooms[str(pathlib.PurePath(name).parent)].append(times)
    print(f"{'room':44}{'lines':>7}{'reached':>8}{'%':>8}")
    for room, files in sorted(rooms.items()):
        row(room, files)
    share = row("all", counted.values())
    missed = {name: sum(1 for times in each.values() if not times) for name, each in counted.items()}
    worst = [name for name in sorted(missed, key=missed.get, reverse=True) if missed[name]][:10]
    if worst:
        print("\nmost lines not reached:")
    for name in worst:
        row(name, [counted[name]])
    return share


def show(counted, paths):
    """Prints the lines of these files or folders that were not reached."""
    for path in paths:
        wanted = os.path.relpath(path, ROOT)
        found = [name for name in sorted(counted) if name == wanted or name.startswith(f"{wanted}/")]
        if not found:
            sys.exit(f"cover: no lines of {path} were counted")
        for name in found:
            missed = [number for number, times in counted[name].items() if not times]
            if not missed:
                continue
            print(f"\n{name}: {ranges(missed)}")
            text = (ROOT / name).read_text().splitlines()
            for number in sorted(missed):
                print(f"{number:6}  {text[number - 1]}")


def measure_core(kept):
    run([CORE_TESTS])
    # What others make of the core's headers is not asked: that would depend on what else has been built.
    counted = count([CORE, CORE_TESTS], [CORE], kept)
    print(f"\n{CORE} by {CORE_TESTS} alone")
    share = table(counted)
    if share < CORE_MUST:
        print(f"cover: {share:.1f} % of the lines of {CORE} are reached by its own tests; at least {CORE_MUST} % must be")
    return share >= CORE_MUST


def measure_all(kept):
    run(ALL_TESTS, ROOMS)  # what no test is linked with counts too
    counted = count([*ROOMS, "tests"], ROOMS, kept)
    print(f"\nall rooms by {' and '.join(ALL_TESTS)}")
    table(counted)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--core", action="store_true", help=f"only {CORE}, by its own unit tests")
    parser.add_argument("path", nargs="*", help="a file or folder, whose lines that the last run did not reach are shown")
    given = parser.parse_args()
    kept = {True: BUILD / "core.json", False: BUILD / "all.json"}
    if given.path:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` is no fault
        if not kept[given.core].exists():
            sys.exit("cover: nothing has been counted yet: run it without a path first")
        show(lines(kept[given.core]), given.path)
        return 0
    good = measure_core(kept[True])
    if not given.core:
        measure_all(kept[False])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
