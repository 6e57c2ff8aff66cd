"""Where the files are that are held against each other, and what a daemon's metrics are."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "daemon/tokenwardd.8.scd").read_text()
CONFIGURATION_MANUAL = (ROOT / "conf/tokenward.yaml.5.scd").read_text()
RULES = ROOT / "conf/prometheus/tokenward.rules.yml"
DASHBOARD = ROOT / "conf/grafana/tokenward.json"
TEXTFILE = ROOT / "conf/prometheus/tokenward-textfile"

METRIC = re.compile(r"\b(?:tokenward_[a-z_]+[a-z]|process_start_time_seconds)\b")
PARTS = ("_bucket", "_count", "_sum")  # of a histogram


def chapters(page):
    """The text below each `# NAME`."""
    parts = re.split(r"^# (.+)$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def terms(text):
    """The bold terms of the list in a chapter: each begins a line and is followed by an indented text."""
    heads = re.findall(r"^(\*.+)\n\t", text, flags=re.M)
    return [term.strip("*") for head in heads for term in re.findall(r"\*[^*]+\*", head)]


def scrape(socket):
    """The text of /metrics."""
    return subprocess.run(
        ["curl", "-fsS", "--max-time", "60", "--unix-socket", socket, "http://localhost/metrics"],
        check=True, capture_output=True, text=True).stdout  # fmt: skip


def families(page):
    """The metrics that a page of /metrics has, and the type of each."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, flags=re.M))


def named_in(text, known):
    """The metrics that a text names; a part of a histogram is the histogram."""
    found = set()
    for name in METRIC.findall(text):
        whole = next((name.removesuffix(part) for part in PARTS if name.endswith(part)), name)
        found.add(whole if known.get(whole) == "histogram" else name)
    return found
