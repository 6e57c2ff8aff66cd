#!/usr/bin/env python3
"""The layers of the client, in what was built: no file calls one of a layer above its own, files do not call each other in
a circle, and the command calls nothing of the library but what tokenward.h declares.

Which layer may include which, and that files do not include each other in a circle, is a part of tests/layers.py.

usage: layers_test.py BUILD_FOLDER LIST_OF_OBJECT_FILES [unittest's arguments]
"""
import pathlib
import re
import subprocess
import sys
import unittest
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from layers import circles  # noqa: E402: its folder is named first

# Each layer may call those before it. A file belongs to the longest prefix of its path.
LAYERS = ("common/", "client/bytes/", "client/connection/", "client/call/", "client/kept/", "client/api/", "client/cli/")
LIBRARY = ("client/connection/", "client/call/", "client/kept/", "client/api/")
COMMAND = "client/cli/"


@dataclass
class Symbols:
    defined: set = field(default_factory=set)
    undefined: set = field(default_factory=set)


def layer_of(file):
    return max((layer for layer in LAYERS if file.startswith(layer)), key=len)


def symbols_of(path):
    symbols = Symbols()
    for line in subprocess.run(["nm", "-g", path], check=True, capture_output=True, text=True).stdout.splitlines():
        kind, name = line.split()[-2:]
        (symbols.undefined if kind == "U" else symbols.defined).add(name)
    return symbols


def read_objects(build, paths):
    """The symbols of each object file, by the path of its source without suffix."""
    return {
        re.sub(r"CMakeFiles/[^/]+\.dir/", "", path.relative_to(build).as_posix()).split(".")[0]: symbols_of(path)
        for path in paths
    }


def calls(files):
    """Triples: a file, another that it calls, and the function."""
    home = {name: file for file, symbols in files.items() for name in symbols.defined}
    for file, symbols in files.items():
        for name in sorted(symbols.undefined & home.keys()):
            yield file, home[name], name


def upward_calls(files):
    for caller, called, name in calls(files):
        if LAYERS.index(layer_of(called)) > LAYERS.index(layer_of(caller)):
            yield f"{caller} calls {name}() of {called}, which is in a layer above"


def private_calls(files, public):
    for caller, called, name in calls(files):
        if layer_of(caller) == COMMAND and layer_of(called) in LIBRARY and name not in public:
            yield f"{caller} calls {name}() of {called}, which tokenward.h does not declare"


def circles_of_calls(files):
    arrows = {file: set() for file in files}
    for caller, called, _ in calls(files):
        arrows[caller].add(called)
    return circles(arrows)


class Layers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = read_objects(BUILD, OBJECTS)
        header = re.sub(r"//.*", "", (ROOT / "client/tokenward.h").read_text())
        cls.public = set(re.findall(r"\b(tokenward_\w+)\(", header))

    def test_no_file_calls_one_of_a_layer_above(self):
        self.assertEqual(list(upward_calls(self.files)), [])

    def test_no_files_call_each_other_in_a_circle(self):
        self.assertEqual(circles_of_calls(self.files), [])

    def test_the_command_calls_what_any_program_may_call(self):
        self.assertEqual(list(private_calls(self.files, self.public)), [])

    def test_every_source_was_looked_at(self):
        folders = [ROOT / "client", *(ROOT / layer for layer in LAYERS if layer.startswith("client/"))]
        sources = {path.relative_to(ROOT).with_suffix("").as_posix() for each in folders for path in each.glob("*.c")}
        self.assertEqual(sources - self.files.keys(), set())
        self.assertEqual({layer_of(file) for file in self.files}, set(LAYERS))
        self.assertIn(("client/call/call", "client/connection/connection", "tw_connect"), set(calls(self.files)))

    def test_a_planted_fault_is_found(self):
        files = {
            "client/call/call": Symbols({"step"}, {"tw_connect", "keep"}),
            "client/connection/connection": Symbols({"tw_connect"}, {"malloc"}),
            "client/kept/keep": Symbols({"keep"}, {"step"}),
            "client/cli/get": Symbols({"main"}, {"tokenward_get", "tw_connect"}),
            "client/api/get": Symbols({"tokenward_get"}, {"step"}),
        }
        self.assertEqual(
            list(upward_calls(files)),
            ["client/call/call calls keep() of client/kept/keep, which is in a layer above"],
        )
        self.assertEqual(circles_of_calls(files), ["client/call/call", "client/kept/keep"])
        self.assertEqual(
            list(private_calls(files, {"tokenward_get"})),
            ["client/cli/get calls tw_connect() of client/connection/connection, which tokenward.h does not declare"],
        )
        files["client/call/call"].undefined.remove("keep")
        self.assertEqual(list(upward_calls(files)) + circles_of_calls(files), [])


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    OBJECTS = [pathlib.Path(line).resolve() for line in pathlib.Path(sys.argv.pop(1)).read_text().split()]
    unittest.main()
