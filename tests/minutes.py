"""Prints what each part of the suite took in the last run of `./dev test`, and its budget.

usage: minutes.py BUILD-FOLDER CONTRIBUTING.md   the status is 1 if a part took longer than its budget
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree


def budgets(page):
    """Minutes by part: the rows of the table there that begin with a label in backticks and a number."""
    return {part: float(budget) for part, budget in re.findall(r"^\| `([a-z-]+)` \| ([\d.]+) \|", page, re.M)}


def main(build, page):
    known = budgets(pathlib.Path(page).read_text())
    asked = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True)
    labels = {
        test["name"]: {label for each in test["properties"] if each["name"] == "LABELS" for label in each["value"]}
        for test in json.loads(asked.stdout)["tests"]
    }
    seconds, tests = collections.Counter(), collections.Counter()
    suite = xml.etree.ElementTree.parse(pathlib.Path(build) / "junit.xml").getroot()
    for case in suite.iter("testcase"):
        for part in labels.get(case.get("name"), set()) & known.keys():
            seconds[part] += float(case.get("time"))
            tests[part] += 1
    print(f"{'part':15}{'tests':>7}{'minutes':>9}{'budget':>8}")
    for part, budget in known.items():
        if tests[part]:
            over = "  over budget" if seconds[part] / 60 > budget else ""
            print(f"{part:15}{tests[part]:7}{seconds[part] / 60:9.1f}{budget:8g}{over}")
    print(f"{'all, as it ran':15}{len(list(suite.iter('testcase'))):7}{float(suite.get('time') or 0) / 60:9.1f}")
    return 1 if any(seconds[part] / 60 > budget for part, budget in known.items()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
