"""The build: warnings are errors for developers and for nobody else, and each test belongs to one part of the suite."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("TOKENWARD_BUILD", ROOT / "build/dev"))
PARTS = os.environ["TOKENWARD_PARTS"].split()


def flags(preset):
    """The flags of each source of ours, when it is configured by that preset."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["cmake", "--preset", preset, "-B", folder, "-DTOKENWARD_TESTS=OFF", "--log-level=WARNING"],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        commands = json.loads((pathlib.Path(folder) / "compile_commands.json").read_text())
    return {command["file"]: command["command"].split() for command in commands}


class Warnings(unittest.TestCase):
    def test_they_are_errors_for_developers(self):
        for preset in ("dev", "asan"):
            self.assertEqual([file for file, given in flags(preset).items() if "-Werror" not in given], [], preset)

    def test_they_do_not_stop_who_builds_a_release(self):
        compiled = flags("release")
        self.assertGreater(len(compiled), 10)
        self.assertEqual([file for file, given in compiled.items() if "-Werror" in given], [])

    def test_every_preset_but_that_of_a_release_is_one_for_developers(self):
        presets = {each["name"]: each for each in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}
        others = {name for name, each in presets.items() if each.get("inherits") == "base"}
        self.assertEqual(others, {"developer", "release"})


class Parts(unittest.TestCase):
    def test_each_test_belongs_to_one(self):
        asked = subprocess.run(
            ["ctest", "--test-dir", str(BUILD), "--show-only=json-v1"], check=True, capture_output=True, text=True
        )
        tests = json.loads(asked.stdout)["tests"]
        self.assertGreater(len(tests), 100)
        for test in tests:
            labels = next((each["value"] for each in test["properties"] if each["name"] == "LABELS"), [])
            self.assertEqual(len(set(labels) & set(PARTS)), 1, test["name"])


if __name__ == "__main__":
    unittest.main()
