#!/usr/bin/env python3
"""Fails when an include leaves its room: who may know whom, as CONTRIBUTING.md draws it, is the table below."""
import pathlib
import posixpath
import re
import tempfile
import unittest
from dataclasses import dataclass

NETWORK = ("boost/asio", "boost/beast", "openssl/", "sys/socket.h", "sys/un.h", "netinet/", "netdb.h", "poll.h")
OUTSIDE = ("iostream", "fstream", "filesystem", "cstdio", "fcntl.h", "unistd.h", "sys/", "spdlog/", "systemd/")
SHELL = ("daemon/clock", "daemon/file_stamp", "daemon/log")  # what every room of the daemon's shell may use


@dataclass
class Room:
    """May include itself and `may` (prefixes of our paths), never `never` (prefixes of others' headers), and none
    of its lines may match `says`."""

    may: tuple = ()
    never: tuple = ()
    says: str = ""


# By the longest prefix of a file's path. A file in no room is a fault too.
ROOMS = {
    "common/": Room(never=(*NETWORK, "yaml-cpp/", "spdlog/")),
    "client/": Room(may=("common/errors.h", "common/socket_path.h"), never=("boost/", "openssl/", "fmt/", "iostream")),
    "daemon/core/": Room(
        may=("common/",),
        never=(*NETWORK, *OUTSIDE),
        says=r"\b(system|steady|high_resolution)_clock::now\b|\bclock_gettime\b|\btime\((0|NULL|nullptr)\)|\bgetenv\b",
    ),
    "daemon/iam/": Room(may=("common/", "daemon/core/", "daemon/token_source", "daemon/guard_file", *SHELL)),
    "daemon/local/": Room(may=("common/", "daemon/core/", "daemon/token_service", *SHELL), never=("openssl/",)),
    "daemon/": Room(may=("common/", "daemon/core/")),
    "daemon/app": Room(may=("common/", "daemon/", "systemd/")),
    "systemd/": Room(may=("common/",), never=("boost/", "openssl/")),
    "daemon/main": Room(may=("common/", "daemon/app", *SHELL)),
    "tests/": Room(may=("common/", "client/", "daemon/", "systemd/")),
}
ONLY_FOR_MAIN = "daemon/app"

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


# GCC 12 destroys twice what a conditional or braces make inside an awaited call: free(): invalid pointer.
AWAITED_TEMPORARY = re.compile(r"co_await [^;]*\([^;]*(\?|\{)")


def room_of(path):
    return max((room for room in ROOMS if path.startswith(room)), key=len, default=None)


def included_path(root, path, name):
    """The path of the included file if it is ours, else None."""
    for candidate in (name, f"{posixpath.dirname(path)}/{name}"):
        if (root / candidate).is_file():
            return posixpath.normpath(candidate)
    return None


def fault_of_include(root, path, room, name):
    ours = included_path(root, path, name)
    if ours is None:
        return any(name.startswith(prefix) for prefix in ROOMS[room].never)
    if ours.startswith(ONLY_FOR_MAIN) and room not in ("daemon/app", "daemon/main"):
        return True
    return room_of(ours) != room and not any(ours.startswith(prefix) for prefix in ROOMS[room].may)


def faults_of_file(root, path):
    room = room_of(path)
    if room is None:
        yield f"{path}:1: in no room; give it one in tests/layers.py"
        return
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        if AWAITED_TEMPORARY.search(line.split("//")[0]):
            yield f"{path}:{number}: name what is awaited first: of such a temporary GCC 12 destroys two"
        include = INCLUDE.match(line)
        if include and fault_of_include(root, path, room, include[1]):
            yield f"{path}:{number}: {room} may not include {include[1]}"
        elif ROOMS[room].says and re.search(ROOMS[room].says, line.split("//")[0]):
            yield f"{path}:{number}: {room} is told the time and the environment, it does not read them"


def sources(root):
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder.name != "build" and not folder.name.startswith("."):
            for path in sorted(folder.rglob("*")):
                if path.suffix in (".h", ".hpp", ".c", ".cpp"):
                    yield path.relative_to(root).as_posix()


def unbuilt(root):
    """Sources that no CMakeLists.txt names, by their name or by it without its suffix: tests that never run, say."""
    named = set()
    for lists in root.glob("*/**/CMakeLists.txt"):
        if lists.relative_to(root).parts[0] != "build":
            named.update(re.findall(r"[\w.-]+", lists.read_text()))
    for path in sources(root):
        file = pathlib.PurePosixPath(path)
        if file.suffix in (".c", ".cpp") and file.name not in named and file.stem not in named:
            yield f"{path}:1: no CMakeLists.txt builds it"


def faults(root):
    return [fault for path in sources(root) for fault in faults_of_file(root, path)]


class Layers(unittest.TestCase):
    root = pathlib.Path(__file__).resolve().parent.parent

    def test_every_include_stays_in_its_room(self):
        self.assertEqual(faults(self.root), [])

    def test_every_source_is_built(self):
        self.assertEqual(list(unbuilt(self.root)), [])

    def test_a_source_that_nothing_builds_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tests").mkdir()
            for name in ("there.cpp", "fuzz.cpp", "forgotten_test.cpp"):
                (root / "tests" / name).touch()
            (root / "tests/CMakeLists.txt").write_text("tokenward_test(a SOURCES there.cpp)\nforeach(name fuzz)\n")
            self.assertEqual([fault.split(":")[0] for fault in unbuilt(root)], ["tests/forgotten_test.cpp"])

    def test_every_room_of_the_table_is_in_the_tree(self):
        found = {room_of(path) for path in sources(self.root)}
        self.assertEqual(set(ROOMS) - found, set())

    def test_a_planted_fault_is_found(self):
        plants = {
            "common/a.cpp": '#include "daemon/core/there.hpp"',
            "common/b.cpp": "#include <boost/asio.hpp>",
            "client/a.c": '#include "common/there.hpp"',
            "client/b.c": "#include <openssl/evp.h>",
            "daemon/core/a.cpp": '#include "../iam/there.hpp"',
            "daemon/core/b.cpp": "#  include <boost/asio/awaitable.hpp>",
            "daemon/core/c.cpp": "auto now = std::chrono::system_clock::now();",
            "daemon/core/d.cpp": "#include <sys/socket.h>",
            "daemon/iam/a.cpp": '#include "daemon/local/there.hpp"',
            "daemon/local/a.cpp": '#include "daemon/iam/there.hpp"',
            "daemon/local/b.cpp": '#include "daemon/app.hpp"',
            "daemon/iam/b.cpp": "auto a = co_await log_in(settling ? scope{} : target);",
            "daemon/iam/c.cpp": "auto a = co_await log_in({}, with);",
            "daemon/token_service.cpp": '#include "daemon/local/there.hpp"',
            "daemon/main.cpp": '#include "daemon/iam/there.hpp"',
            "daemon/token_source.cpp": '#include "systemd/there.hpp"',
            "systemd/a.cpp": '#include "daemon/core/there.hpp"',
            "systemd/b.cpp": "#include <boost/asio.hpp>",
            "tests/unit/a.cpp": '#include "daemon/app.hpp"',
            "elsewhere/a.cpp": "",
        }
        welcome = {
            "daemon/iam/there.hpp": '#include "daemon/core/there.hpp"\n#include <boost/asio.hpp>\n#include "sibling.hpp"',
            "daemon/iam/sibling.hpp": "// not system_clock::now, by the way",
            "daemon/core/there.hpp": '#include "common/there.hpp"  // never system_clock::now()',
            "daemon/local/there.hpp": '#include "daemon/token_service.hpp"',
            "daemon/token_service.hpp": '#include "daemon/core/there.hpp"',
            "daemon/app.hpp": '#include "daemon/iam/there.hpp"\n#include "systemd/there.hpp"',
            "systemd/there.hpp": '#include "common/there.hpp"\n#include <systemd/sd-daemon.h>',
            "common/there.hpp": "#include <string>",
        }
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {**plants, **welcome}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text + "\n")
            self.assertEqual({fault.split(":")[0] for fault in faults(root)}, set(plants))


if __name__ == "__main__":
    unittest.main()
