#!/usr/bin/python3
"""gophercloud from the Go module proxy, with a ReauthFunc that asks the daemon."""
import os
import pathlib
import re
import subprocess
import unittest

import ecosystem

FOLDER = ecosystem.FOLDER / "go"
SOURCE = ecosystem.HERE / "go"


def required(pattern):
    return re.search(pattern, (SOURCE / "go.mod").read_text(), re.MULTILINE).group(1)


def find_go():
    """A compiler that is new enough, and what there is if none is."""
    wanted = tuple(map(int, required(r"^go (\S+)$").split(".")))
    found = []
    paths = [pathlib.Path(folder) / "go" for folder in os.environ.get("PATH", "").split(":")]
    for go in [*paths, pathlib.Path("/usr/local/go/bin/go"), *sorted(pathlib.Path("/usr/lib").glob("go-*/bin/go"), reverse=True)]:
        if not go.is_file():
            continue
        said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, cwd="/", check=False).stdout
        version = re.match(r"go(\d+(?:\.\d+)*)", said)
        if version and tuple(map(int, version.group(1).split("."))) >= wanted[:2]:
            return str(go), None
        found.append(f"{go} is {said.strip()}")
    return None, f"it needs Go {required(r'^go (.*)$')}; {'; '.join(dict.fromkeys(found)) or 'there is none here'}"


class Go(ecosystem.Test):
    def test_gophercloud(self):
        go, failure = find_go()
        places = {"GOCACHE": str(FOLDER / "cache"), "GOMODCACHE": str(FOLDER / "modules"), "GOFLAGS": "-modcacherw"}
        environment = {**os.environ, **places}
        if not failure:
            failure = ecosystem.install(
                "what go.mod names", [go, "mod", "download", "-C", str(SOURCE)], FOLDER, env=environment)  # fmt: skip
        if failure:
            ecosystem.leave_out("gophercloud", failure)
            self.skipTest(failure)
        program = FOLDER / "client"
        build = [go, "build", "-C", str(SOURCE), "-mod=readonly", "-o", str(program), "."]
        subprocess.run(build, env=environment, timeout=ecosystem.PATIENCE, check=True)
        version = required(r"gophercloud/v2 v(\S+)")
        self.assert_is_at_home("gophercloud", self.start([str(program), f"{self.standin.url}/v3/", version]))

    def test_gophertelekomcloud(self):
        why = "the Go module proxy does not give it; it is a fork of gophercloud, and takes a token in the same ways"
        ecosystem.leave_out("gophertelekomcloud", why)
        self.skipTest(why)


if __name__ == "__main__":
    ecosystem.end(unittest.main(verbosity=2, exit=False))
