#!/usr/bin/env python3
"""Fails when a page and the daemon differ: tokenwardd(8) has its options, tokenward.yaml(5) the configuration's keys."""
import pathlib
import re
import subprocess
import unittest

import sources
import world

KEYS = (sources.ROOT / "daemon/config/keys.hpp").read_text()
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
# The tables of keys.hpp that hold keys, and the chapter for each; all others hold words.
CHAPTERS = {
    "file": "THE FILE", "socket": "SOCKET", "one_of_sockets": "SOCKET", "metrics": "METRICS", "identity": "IDENTITY",
    "auth": "AUTH", "secret": "SECRET", "scope": "SCOPE", "rule": "RULE", "limits": "LIMITS",
}  # fmt: skip
WORDS = {"unsupported_scopes", "auth_types", "auth_methods", "rescope", "interfaces", "verbs"}


def tables():
    """The arrays of keys.hpp: name and words."""
    found = re.findall(r"inline constexpr auto (\w+) =\s*of\(([^)]*)\);", KEYS)
    return {name: re.findall(r'"([^"]+)"', words) for name, words in found}


def variables_of_sources():
    """The variables of the environment that the daemon's sources read by name."""
    found = set()
    for folder in ("daemon", "systemd", "common"):
        for path in pathlib.Path(sources.ROOT / folder).rglob("*.c*"):
            if path.stem == "config_import_main":  # another program
                continue
            found.update(re.findall(r'(?:getenv|environment_variable)\("([A-Z_]+)"', path.read_text()))
    return found


class DaemonsPage(unittest.TestCase):
    chapters = sources.chapters(sources.MANUAL)

    def test_it_has_the_options_that_there_are(self):
        text = subprocess.run([world.DAEMON, "--help"], check=True, capture_output=True, text=True).stdout
        columns = [line.strip().split("  ")[0] for line in text.splitlines() if line.startswith("  -")]
        options = {option for column in columns for option in OPTION.findall(column)}
        self.assertGreater(len(options), 5)
        page = {option for term in sources.terms(self.chapters["OPTIONS"]) for option in OPTION.findall(term)}
        self.assertEqual(page, options)

    def test_it_has_the_signals_and_exit_statuses_of_the_help(self):
        text = subprocess.run([world.DAEMON, "--help"], check=True, capture_output=True, text=True).stdout
        self.assertEqual(set(sources.terms(self.chapters["SIGNALS"])), set(re.findall(r"SIG[A-Z]+\d?", text)))
        statuses = re.findall(r"\d", text[text.index("Exit status:") : text.index("Example:")])
        self.assertEqual(sources.terms(self.chapters["EXIT STATUS"]), statuses)

    def test_it_has_the_variables_that_are_read(self):
        self.assertGreater(len(variables_of_sources()), 4)
        self.assertEqual(variables_of_sources() - set(sources.terms(self.chapters["ENVIRONMENT"])), set())


class ConfigurationsPage(unittest.TestCase):
    chapters = sources.chapters(sources.CONFIGURATION_MANUAL)

    def test_every_table_of_keys_has_its_chapter(self):
        self.assertEqual(set(tables()), set(CHAPTERS) | WORDS)

    def test_each_chapter_has_the_keys_that_there_are(self):
        wanted = {}
        for table, chapter in CHAPTERS.items():
            wanted.setdefault(chapter, set()).update(tables()[table])
        for chapter, keys in wanted.items():
            with self.subTest(chapter):
                page = set(sources.terms(self.chapters[chapter]))
                # A scope's domain is explained beside the name that it belongs to.
                beside = {"project_domain_name", "project_domain_id"} if chapter == "SCOPE" else set()
                self.assertEqual(page | beside, keys)
                for key in beside:
                    self.assertIn(f"*{key}*", self.chapters[chapter])

    def test_it_has_the_words_that_a_value_may_be(self):
        for table in WORDS:
            for word in tables()[table]:
                with self.subTest(word):
                    self.assertIn(f"*{word}*", sources.CONFIGURATION_MANUAL)


if __name__ == "__main__":
    unittest.main()
