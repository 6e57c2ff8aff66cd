"""A Debian in a folder: of which release, from which mirror, made by debootstrap."""
import os
import pathlib
import re
import shutil
import subprocess

RELEASES = ("bookworm", "trixie")  # those that Tokenward is tested on
# In a mount namespace of its own, with all that it starts: however we end, no mount and no process is left.
PRIVATE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"]


class Missing(Exception):
    """Something that this machine would have to have; the text says what."""


def run(arguments, **more):
    """Runs a program of this machine; its output in the exception if it fails."""
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def release():
    """The code name of the release that this machine runs."""
    found = re.search(r'^VERSION_CODENAME="?([a-z]+)"?$', pathlib.Path("/etc/os-release").read_text(), re.M)
    if not found:
        raise Missing("/etc/os-release names no release")
    return found[1]


def mirror(suite):
    """Where this machine's apt has that suite from, or else its own suite, whose mirror has the others too; none:
    debootstrap's own default."""
    made = run(["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages"])
    places = dict(reversed([line.split() for line in made.splitlines()]))  # the first of each
    return [places[name] for name in (suite, release()) if name in places][:1]


def proxy():
    """apt's HTTP proxy, as debootstrap wants it."""
    found = re.search(r'^Acquire::http::Proxy "(.+)";$', run(["apt-config", "dump", "Acquire::http::Proxy"]), re.M)
    return {"http_proxy": found[1]} if found else {}


def remove(folder):
    """Removes the folder with all that is in it, but nothing that is mounted there."""
    run(["rm", "--recursive", "--force", "--one-file-system", str(folder)])


def bootstrap(suite, root, include=()):
    """Makes the folder `root` a Debian of that suite, anew, with the smallest set of packages and those to `include`.
    apt in it has its packages from where this machine's apt has them."""
    if shutil.which("debootstrap") is None:
        raise Missing("debootstrap is not installed (package debootstrap)")
    remove(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    print(f"debootstrap {suite} …", flush=True)
    source = mirror(suite)
    wanted = [*include, *(["ca-certificates"] if source and source[0].startswith("https:") else [])]
    options = [f"--include={','.join(wanted)}"] if wanted else []
    environment = {**os.environ, **proxy(), "DEBIAN_FRONTEND": "noninteractive"}
    run([*PRIVATE, "debootstrap", "--variant=minbase", *options, suite, str(root), *source], env=environment)
    (root / "etc/dpkg/dpkg.cfg.d/no-sync").write_text("force-unsafe-io\n")  # what gets lost is made again
    if address := proxy().get("http_proxy"):
        (root / "etc/apt/apt.conf.d/90proxy").write_text(f'Acquire::http::Proxy "{address}";\n')
