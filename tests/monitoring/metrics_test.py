#!/usr/bin/env python3
"""The metrics of a running daemon, beside those that the manual page, the alerts and the dashboard name."""
import json
import pathlib
import subprocess
import unittest

import sources
import world


class Names(world.Test):
    def setUp(self):
        super().setUp()
        self.running = self.daemon(self.stand_in())
        self.running.token()
        self.families = sources.families(sources.scrape(self.running.socket))

    def test_the_manual_page_lists_the_metrics_that_there_are(self):
        chapter = sources.chapters(sources.MANUAL)["METRICS"]
        listed = [term for term in sources.terms(chapter) if sources.METRIC.fullmatch(term)]
        self.assertEqual(sorted(listed), sorted(self.families))

    def test_the_manual_page_lists_the_outcomes_that_there_are(self):
        chapter = sources.chapters(sources.MANUAL)["METRICS"]
        page = sources.scrape(self.running.socket)
        for label in ("outcome", "verdict"):
            for word in {line.split(f'{label}="')[1].split('"')[0] for line in page.splitlines() if f'{label}="' in line}:
                with self.subTest(word):
                    self.assertIn(f"*{word}*", chapter)

    def test_alerts_and_dashboard_name_only_metrics_that_there_are(self):
        for file in (sources.RULES, sources.DASHBOARD):
            with self.subTest(file.name):
                named = sources.named_in(file.read_text().replace("tokenward_textfile", ""), self.families)
                self.assertGreater(len(named), 5)
                self.assertEqual(named - set(self.families), set())

    def test_the_dashboard_shows_every_metric(self):
        dashboard = json.loads(sources.DASHBOARD.read_text())
        expressions = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
        self.assertEqual(set(self.families) - sources.named_in(expressions, self.families), set())

    def test_the_dashboards_panels_do_not_overlap(self):
        taken = set()
        for panel in json.loads(sources.DASHBOARD.read_text())["panels"]:
            at = panel["gridPos"]
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells


class Textfile(world.Test):
    def write(self, daemon):
        return subprocess.run(
            [sources.TEXTFILE, self.folder], env={"PATH": "/usr/bin:/bin", "TOKENWARD_SOCKET": daemon.socket},
            capture_output=True, text=True, check=False)  # fmt: skip

    def test_it_writes_the_metrics_and_removes_them_when_the_daemon_is_gone(self):
        daemon = self.daemon(self.stand_in())
        token = daemon.token()
        file = pathlib.Path(self.folder) / "tokenward.prom"
        self.assertEqual(self.write(daemon).returncode, 0)
        text = file.read_text()
        self.assertIn('tokenward_gets_total{identity="ci",outcome="', text)
        self.assertNotIn("process_start_time_seconds", text, "node_exporter has that of its own")
        self.assertNotIn(token, text)
        self.assertEqual(file.stat().st_mode & 0o777, 0o644)
        daemon.stop()
        self.assertNotEqual(self.write(daemon).returncode, 0)
        self.assertFalse(file.exists())
        self.assertEqual(list(pathlib.Path(self.folder).glob(".tokenward.*")), [])


if __name__ == "__main__":
    unittest.main()
