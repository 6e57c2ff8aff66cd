#!/usr/bin/env python3
"""Fails when tokenward-api(7) and the daemon differ: every route and every error code is in both.

usage: command_api_page_test.py SOURCE_FOLDER
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1])
METHODS = {"get": "GET", "post": "POST", "remove": "DELETE", "put": "PUT"}
PLACES = {"tokens": ["IDENTITY", "SCOPE"], "endpoints": ["IDENTITY", "SCOPE"], "explain": ["IDENTITY", "SCOPE"], "identities": ["IDENTITY"]}


def routes_of_daemon():
    table = (ROOT / "daemon/local/api/routes.cpp").read_text()
    found = set()
    for pattern, actions in re.findall(r"route\{\{([^}]*)\}, *\{\{(.*?)\}\}(?:, true)?\}", table, re.S):
        segments = re.findall(r'"([^"]*)"', pattern)
        names = iter(next((PLACES[segment] for segment in segments if segment in PLACES), []))
        path = "/" + "/".join(next(names) if segment == "*" else segment for segment in segments)
        found.update(f"{METHODS[method]} {path}" for method in re.findall(r"method::(\w+),", actions))
    return found


class ApiPage(unittest.TestCase):
    page = (ROOT / "common/tokenward-api.7.scd").read_text()

    def test_it_has_the_routes_that_there_are(self):
        self.assertGreater(len(routes_of_daemon()), 8)
        self.assertEqual(set(re.findall(r"^## (.+)$", self.page, re.M)), routes_of_daemon())

    def test_it_has_the_error_codes_that_there_are_with_their_status(self):
        errors = (ROOT / "common/errors.h").read_text()
        there = {(code, status) for code, status in re.findall(r"^ +X\((\w+), (\d+),", errors, re.M)}
        told = self.page.split("# ERRORS")[1].split("# EXAMPLES")[0]
        self.assertGreater(len(there), 15)
        self.assertEqual({(code, status) for code, status in re.findall(r"^\*(\w+)\* \((\d+)", told, re.M)}, there)

    def test_it_has_the_query_parameters_that_there_are(self):
        known = set()
        for source in (ROOT / "daemon/local/api").glob("*_routes.cpp"):
            for names in re.findall(r"std::string_view, \d+> known\{([^}]*)\}", source.read_text()):
                known.update(re.findall(r'"(\w+)"', names))
        told = {name for line in self.page.splitlines() for name in re.findall(r"\*(\w+)\*=", line)}
        self.assertIn("min_ttl", known)
        self.assertEqual(told, known)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
