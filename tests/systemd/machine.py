"""A small Debian machine of its own systemd, of the release that this machine runs: debootstrapped once, booted by
systemd-nspawn, changed in memory only."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from debian import Missing, bootstrap, release, run

PACKAGES = ["systemd", "systemd-sysv", "dbus", "ca-certificates", "adduser"]
ENTER = ["--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd"]


def packages_of(programs):
    """The packages that the programs' libraries come from."""
    libraries = set()
    for program in programs:
        libraries.update(re.findall(r"=> (/\S+)", run(["ldd", str(program)])))
    names = set()
    for library in libraries:
        for path in (library, "/usr" + library, library.removeprefix("/usr")):
            found = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
            if found.returncode == 0:
                names.add(found.stdout.split(":")[0])
                break
        else:
            raise Missing(f"no package of this machine has {library}")
    return sorted(names)


def base(folder, programs, needs):
    """The folder of a Debian that can run the programs and has what `needs`, a list as in `Depends`, asks for: made once,
    then found again."""
    if shutil.which("systemd-nspawn") is None:
        raise Missing("systemd-nspawn is not installed (package systemd-container)")
    suite = release()
    wanted = sorted({*PACKAGES, *packages_of(programs)})
    made_of = [suite, *wanted, needs]
    made = folder / "made-of"
    root = folder / "base"
    if made.exists() and made.read_text().splitlines() == made_of:
        return root
    made.unlink(missing_ok=True)
    bootstrap(suite, root, wanted)
    apt = ["chroot", str(root), "apt-get", "--quiet", "--option=Acquire::Retries=3"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run([*apt, "update"], env=environment)
    run([*apt, "satisfy", "--yes", "--no-install-recommends", needs], env=environment)
    run([*apt, "clean"], env=environment)
    made.write_text("\n".join(made_of))
    return root


class Machine:
    """Boots on entry, is gone on exit. What it writes is in memory (an overlay), so that `root` stays as it is."""

    def __init__(self, root, credentials=()):
        """`credentials` (name, value) are those that whoever starts a machine hands to its systemd."""
        self.root = root
        self.credentials = [f"--set-credential={name}:{value}" for name, value in credentials]
        self.log = root.parent / "console.log"

    def __enter__(self):
        # It keeps to its own cgroup and is not registered: there need be no systemd on this machine.
        command = ["systemd-nspawn", "--quiet", "--boot", "--directory", str(self.root), "--volatile=overlay"]
        command += ["--machine", f"tokenward-{os.getpid()}", "--register=no", "--keep-unit", "--console=pipe"]
        command += ["--system-call-filter=@memlock memfd_secret", "--link-journal=no", *self.credentials]
        with self.log.open("w") as log:
            self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.leader = self.wait_for(self.find_leader, "its first process")
            self.wait_for(self.is_up, "that it is up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.nspawn.send_signal(signal.SIGTERM)
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()

    def find_leader(self):
        children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
        for child in children:
            if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        return None

    def is_up(self):
        said = self.call("systemctl", "is-system-running").stdout.strip()
        return said in ("running", "degraded")

    def wait_for(self, question, what, seconds=60):
        """Asks until the answer is true, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.nspawn.poll() is not None:
                break
            if answer := question():
                return answer
            time.sleep(0.05)  # polls: the questions are commands in the machine, which has no event for them
        raise RuntimeError(f"waited too long for {what}; the console:\n{self.log.read_text()[-2000:]}")

    def command(self, *arguments):
        """How a program of the machine is started from outside, as its root."""
        return ["nsenter", "--target", str(self.leader), *ENTER, "--", *arguments]

    def call(self, *arguments, text=None):
        """Runs a program in it; the caller looks at the status."""
        return subprocess.run(self.command(*arguments), input=text, capture_output=True, text=True, check=False)

    def do(self, *arguments, text=None):
        """Runs a program in it that must succeed. Returns what it printed."""
        done = self.call(*arguments, text=text)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path, text, mode="0644"):
        self.do("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"', "sh", path, mode, text=text)

    def put(self, folder):
        """Copies what is in a folder of ours to the machine's /."""
        names = sorted(path.name for path in pathlib.Path(folder).iterdir())  # not the folder, which has its own mode
        with subprocess.Popen(["tar", "-C", str(folder), "-c", *names], stdout=subprocess.PIPE) as tar:
            subprocess.run(
                self.command("tar", "-C", "/", "-x", "--no-same-owner", "--keep-directory-symlink"),
                stdin=tar.stdout, check=True,
            )
