#!/usr/bin/env python3
"""Fails when tokenward(1) and the command differ: every command and option is in both.

usage: command_manual_test.py TOKENWARD PAGE
"""
import re
import sys
import unittest

from command_help import OPTION, CommandHelp

COMMAND, PAGE = sys.argv[1:3]
EVERYWHERE = {"--help", "-h", "--socket", "-V", "--version"}
HELP = CommandHelp(COMMAND)


def sections(page):
    """The text below each `## NAME`."""
    parts = re.split(r"^#{1,2} (.+)$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def options_of_section(text):
    return {option for line in text.splitlines() if re.match(r"\*--?[A-Za-z]", line) for option in OPTION.findall(line)}


class Manual(unittest.TestCase):
    with open(PAGE, encoding="utf-8") as file:
        parts = sections(file.read())
    chapters = {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"}

    def test_it_has_the_commands_that_there_are(self):
        self.assertGreater(len(HELP.commands()), 10)
        self.assertEqual(set(self.parts) - self.chapters, set(HELP.commands()))

    def test_each_command_has_the_options_of_its_help(self):
        for command in HELP.commands():
            with self.subTest(command):
                self.assertEqual(options_of_section(self.parts[command]), HELP.options(command) - EVERYWHERE)

    def test_the_common_options_are_there(self):
        self.assertEqual(options_of_section(self.parts["OPTIONS"]), EVERYWHERE)

    def test_every_exit_status_of_the_help_is_explained(self):
        told = set(re.findall(r"\b(\d+) ", HELP.text().split("Exit status:")[1]))
        self.assertEqual(told - set(re.findall(r"\*(\d+)\*", self.parts["EXIT STATUS"])), set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
