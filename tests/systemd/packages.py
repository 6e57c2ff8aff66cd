"""The .deb files that `./dev package` makes: where they are, what they need, and what an upgrade of them looks like."""
import pathlib
import re
import tempfile

from debian import Missing, run


def built(folder):
    """The packages in the folder."""
    debs = sorted(pathlib.Path(folder).glob("*.deb"))
    if not debs:
        raise Missing(f"there are no packages in {folder}; ./dev package makes them")
    return debs


def field(deb, name):
    return run(["dpkg-deb", "--field", str(deb), name]).strip()


def needed(debs):
    """What they depend on beside each other, as in `Depends`."""
    own = {field(deb, "Package") for deb in debs}
    clauses = {clause.strip() for deb in debs for clause in field(deb, "Depends").split(",")}
    return ", ".join(sorted(clause for clause in clauses if re.split(r"[ :]", clause)[0] not in {*own, ""}))


def next_version(deb, folder):
    """The same package with the next Debian revision, which wants that of its sisters, in the folder."""
    with tempfile.TemporaryDirectory() as work:
        tree = pathlib.Path(work) / "tree"
        run(["dpkg-deb", "--raw-extract", str(deb), str(tree)])
        control = tree / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^(Version: .+|Depends: .*\(= [^)]+)-1\b", r"\1-2", control.read_text()))
        run(["dpkg-deb", "--root-owner-group", "--build", "-Zgzip", str(tree), str(folder)])
