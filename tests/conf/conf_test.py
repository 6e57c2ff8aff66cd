"""The examples for clouds and containers: well-formed, and the configurations in them are what the daemon takes."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
DAEMON = os.environ["TOKENWARD_DAEMON"]

try:
    import yaml
except ImportError:
    if os.environ.get("CI") == "true":
        raise
    print("conf_test: left out: python3-yaml is not installed")
    sys.exit(77)


def documents(name):
    return list(yaml.safe_load_all((CONF / name).read_text()))


class Examples(unittest.TestCase):
    def check(self, text):
        """What `tokenwardd --check` says to a configuration whose secrets are there."""
        text = re.sub(r"\{file: [^}]+\}", "s3cret", text)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            done = subprocess.run([DAEMON, "--config", file.name, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_cloud_init_writes_a_configuration_and_the_credential_that_it_names(self):
        self.assertTrue((CONF / "cloud-init.yaml").read_text().startswith("#cloud-config\n"))
        (data,) = documents("cloud-init.yaml")
        files = {file["path"]: file for file in data["write_files"]}
        configuration = files["/etc/tokenward/tokenward.yaml"]["content"]
        self.check(configuration)
        wanted = set(re.findall(r"\{credential: (\S+)\}", configuration))
        given = re.findall(r"^LoadCredential=(\S+)$", files["/etc/systemd/system/tokenward.service.d/credentials.conf"]["content"], re.M)
        self.assertEqual(wanted, set(given))
        self.assertTrue(all(file["defer"] for file in files.values()), "written before the package is installed")

    def test_kubernetes_mounts_what_there_is_and_each_application_sees_its_own_socket(self):
        configmap, secret, pod = documents("kubernetes.yaml")
        text = configmap["data"]["tokenward.yaml"]
        self.check(text)
        sockets = {socket["path"] for socket in yaml.safe_load(text)["sockets"]}
        spec = pod["spec"]
        self.assertTrue(spec["shareProcessNamespace"])
        volumes = {volume["name"] for volume in spec["volumes"]}
        for container in spec["initContainers"] + spec["containers"]:
            self.assertLessEqual({mount["name"] for mount in container["volumeMounts"]}, volumes)
        seen = set()
        for application in spec["containers"]:
            (mount,) = application["volumeMounts"]
            seen.add(f"/run/tokenward/{mount['subPath']}/tokenward.sock")
            self.assertEqual(mount["mountPath"], "/run/tokenward")
        self.assertEqual(seen, sockets)
        users = {rule["user"] for identity in yaml.safe_load(text)["identities"].values() for rule in identity["allow"]}
        self.assertEqual(users, {application["securityContext"]["runAsUser"] for application in spec["containers"]})
        files = set(re.findall(r"\{file: /secrets/(\S+)\}", text))
        self.assertEqual(files, set(secret["stringData"]))

    def test_the_containerfile_starts_the_daemon_where_the_package_puts_it(self):
        instructions = re.sub(r"\\\n", " ", (CONF / "Containerfile").read_text()).splitlines()
        words = {line.split(maxsplit=1)[0] for line in instructions if line and not line.startswith("#")}
        self.assertEqual(words, {"FROM", "COPY", "RUN", "USER", "ENV", "ENTRYPOINT"})
        (entry,) = [yaml.safe_load(line.split(maxsplit=1)[1]) for line in instructions if line.startswith("ENTRYPOINT")]
        self.assertEqual(entry, ["/usr/sbin/tokenwardd", "--config", "/etc/tokenward/tokenward.yaml"])
        packed = (ROOT / "systemd/packaging/CMakeLists.txt").read_text()
        self.assertIn("set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME tokenward)", packed)

    def test_the_package_s_configuration_is_taken_with_and_without_its_example(self):
        text = (ROOT / "systemd/packaging/tokenward.yaml").read_text()
        self.assertIn("warning: `identities` is empty", self.check(text))
        start = text.index("#identities:")
        example = re.sub(r"^#", "", text[start:].replace("\nidentities: {}", ""), flags=re.M)
        self.assertNotIn("warning: `identities`", self.check(example.replace("user: deploy", "user: root")))


if __name__ == "__main__":
    unittest.main()
