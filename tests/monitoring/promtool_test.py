#!/usr/bin/env python3
"""What Prometheus' own promtool says of the metrics of a running daemon and of the files in conf/prometheus.

Without promtool: a failure for root and where $CI is true, else a skip (exit 77).
"""
import pathlib
import shutil
import subprocess
import unittest

import sources
import world

if shutil.which("promtool") is None:
    world.skip_without("promtool", "prometheus")


def promtool(*arguments, text=""):
    """Its exit status and all that it says."""
    ended = subprocess.run(
        ["promtool", *arguments], input=text, capture_output=True, text=True, timeout=world.PATIENCE, check=False)  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


class Promtool(world.Test):
    def test_the_metrics_are_as_prometheus_wants_them(self):
        daemon = self.daemon(self.stand_in(), identities=("ci", "other"))
        daemon.token()
        page = sources.scrape(daemon.socket)
        self.assertEqual(promtool("check", "metrics", text=page), (0, ""))

    def test_it_finds_a_fault_in_metrics(self):
        status, said = promtool("check", "metrics", text="# TYPE tokenward_gets counter\ntokenward_gets 1\n")
        self.assertNotEqual(status, 0)
        self.assertIn("tokenward_gets", said)

    def test_the_alert_rules_are_rules(self):
        status, said = promtool("check", "rules", str(sources.RULES))
        self.assertEqual(status, 0, said)

    def test_the_example_for_scraping_is_a_configuration(self):
        status, said = promtool("check", "config", str(sources.ROOT / "conf/prometheus/scrape.yml"))
        self.assertEqual(status, 0, said)

    def test_a_rejected_credential_and_a_lost_token_alert(self):
        tests = f"""
rule_files: ["{sources.RULES}"]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {{series: 'tokenward_credential_rejected{{identity="ci"}}', values: '0 1 1'}}
      - {{series: 'tokenward_token_expires_in_seconds{{identity="ci",scope="eu-de"}}', values: '3600 0 0 0 0 0'}}
    alert_rule_test:
      - {{eval_time: 0m, alertname: TokenwardCredentialRejected}}
      - eval_time: 2m
        alertname: TokenwardCredentialRejected
        exp_alerts:
          - exp_labels: {{severity: critical, identity: ci}}
            exp_annotations:
              summary: "The IAM refused the credential of ci"
              description: "Nothing more is sent, so that the user is not locked. Give the right one where the configuration reads it."
      - {{eval_time: 2m, alertname: TokenwardNoToken}}
      - eval_time: 4m
        alertname: TokenwardNoToken
        exp_alerts:
          - exp_labels: {{severity: critical, identity: ci, scope: eu-de}}
            exp_annotations:
              summary: "ci/eu-de has no token"
              description: "Callers get errors. `tokenward status` says why there is none."
"""
        file = pathlib.Path(self.folder) / "alerts.yml"
        file.write_text(tests)
        status, said = promtool("test", "rules", str(file))
        self.assertEqual(status, 0, said)


if __name__ == "__main__":
    unittest.main()
