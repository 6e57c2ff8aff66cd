#!/usr/bin/env python3
"""Fails when an include leaves its room: who may know whom, as CONTRIBUTING.md draws it, is the table below. Fails also
when files include each other in a circle, and when nothing builds a source."""
import pathlib
import posixpath
import re
import tempfile
import unittest
from dataclasses import dataclass

NETWORK = ("boost/asio", "boost/beast", "openssl/", "sys/socket.h", "sys/un.h", "netinet/", "netdb.h", "poll.h")
OUTSIDE = ("iostream", "fstream", "filesystem", "cstdio", "fcntl.h", "unistd.h", "sys/", "systemd/")
TEXT = "daemon/base/text/"
BASE = ("common/", "daemon/base/")
CORE = (*BASE, "daemon/core/")
CLIENT_NEVER = ("boost/", "openssl/", "fmt/", "iostream")


@dataclass
class Room:
    """May include itself and `may` (prefixes of our paths), never `never` (prefixes of others' headers), and none
    of its lines may match `says`."""

    may: tuple = ()
    never: tuple = ()
    says: str = ""


# By the longest prefix of a file's path. A file in no room is a fault too.
ROOMS = {
    "common/": Room(never=(*NETWORK, "yaml-cpp/")),
    "client/bytes/": Room(never=CLIENT_NEVER),
    "client/connection/": Room(may=("client/bytes/",), never=CLIENT_NEVER),
    "client/call/": Room(
        may=("client/bytes/", "client/connection/", "client/tokenward.h", "common/errors.h"), never=CLIENT_NEVER
    ),
    "client/kept/": Room(
        may=("client/bytes/", "client/connection/", "client/call/", "client/tokenward.h"), never=CLIENT_NEVER
    ),
    "client/api/": Room(
        may=("client/bytes/", "client/connection/", "client/call/", "client/kept/", "client/tokenward.h", "common/socket_path.h"),
        never=CLIENT_NEVER,
    ),
    "client/": Room(never=CLIENT_NEVER),  # the public headers, and examples of their use
    # The command is a user of the library: it gets its public header.
    "client/cli/": Room(may=("client/bytes/", "client/tokenward.h", "common/errors.h"), never=CLIENT_NEVER),
    "systemd/": Room(may=("common/",), never=("boost/", "openssl/")),
    TEXT: Room(may=("common/",), never=(*NETWORK, *OUTSIDE)),
    "daemon/base/": Room(may=("common/", TEXT), never=("openssl/",)),
    "daemon/core/": Room(
        may=("common/", TEXT),
        never=(*NETWORK, *OUTSIDE),
        says=r"\b(system|steady|high_resolution)_clock::now\b|\bclock_gettime\b|\btime\((0|NULL|nullptr)\)|\bgetenv\b",
    ),
    "daemon/names/": Room(may=CORE, never=("openssl/",)),
    "daemon/config/": Room(may=(*CORE, "daemon/names/"), never=NETWORK),
    "daemon/kept/": Room(may=(*CORE, "systemd/")),
    "daemon/service/": Room(may=CORE, never=("openssl/",)),
    "daemon/iam/net/": Room(may=CORE),
    "daemon/iam/": Room(may=(*CORE, "daemon/iam/net/")),
    "daemon/local/http/": Room(may=("common/", TEXT, "daemon/core/"), never=(*NETWORK, *OUTSIDE)),
    "daemon/local/peer/": Room(may=CORE, never=("openssl/",)),
    "daemon/local/api/": Room(may=(*CORE, "daemon/service/", "daemon/local/http/", "daemon/local/peer/"), never=("openssl/",)),
    "daemon/local/net/": Room(may=(*CORE, "daemon/service/", "daemon/local/"), never=("openssl/",)),
    "daemon/app/": Room(may=("common/", "daemon/", "systemd/")),
    "tests/": Room(may=("common/", "client/", "daemon/", "systemd/")),
}
ONLY_FOR_APP = "daemon/app/"
# What a room may include beside what its row says: the coroutines' type, in the interface that sources implement.
EXCEPTIONS = {("daemon/core/token_source.hpp", "boost/asio/awaitable.hpp")}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
INCLUDE_LINES = re.compile(INCLUDE.pattern, re.M)


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
    if (path, name) in EXCEPTIONS:
        return False
    if ours is None:
        return any(name.startswith(prefix) for prefix in ROOMS[room].never)
    if ours.startswith(ONLY_FOR_APP) and room != ONLY_FOR_APP:
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


def includes(root):
    """Which files each file but the tests includes; a source and its headers are one."""
    arrows = {}
    for path in sources(root):
        if path.startswith("tests/"):
            continue
        file = posixpath.splitext(path)[0]
        found = [included_path(root, path, name) for name in INCLUDE_LINES.findall((root / path).read_text())]
        arrows.setdefault(file, set()).update({posixpath.splitext(each)[0] for each in found if each} - {file})
    return arrows


def reached(arrows, start):
    """What is at the end of a path of arrows from `start`."""
    seen, ends = set(), [start]
    while ends:
        new = arrows.get(ends.pop(), set()) - seen
        seen |= new
        ends.extend(new)
    return seen


def circles(arrows):
    """What leads back to itself."""
    return sorted(start for start in arrows if start in reached(arrows, start))


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


def write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text + "\n")


class Layers(unittest.TestCase):
    root = pathlib.Path(__file__).resolve().parent.parent

    def test_every_include_stays_in_its_room(self):
        self.assertEqual(faults(self.root), [])

    def test_no_files_include_each_other_in_a_circle(self):
        self.assertEqual(circles(includes(self.root)), [])

    def test_a_circle_of_files_is_found(self):
        files = {
            "daemon/core/first.hpp": "",
            "daemon/core/first.cpp": '#include "daemon/core/first.hpp"\n\n#include "daemon/core/second.hpp"',
            "daemon/core/second.hpp": '#include "third.hpp"\n#include <string>',
            "daemon/core/third.hpp": '#pragma once\n#  include "daemon/core/first.hpp"',
            "daemon/core/user.cpp": '#include "daemon/core/second.hpp"\n#include "daemon/core/used.hpp"',
            "daemon/core/used.hpp": "",
            "tests/there.hpp": '#include "tests/back.hpp"',
            "tests/back.hpp": '#include "tests/there.hpp"',
        }
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            write(root, files)
            self.assertEqual(circles(includes(root)), ["daemon/core/first", "daemon/core/second", "daemon/core/third"])
            (root / "daemon/core/third.hpp").write_text("class first;\n")
            self.assertEqual(circles(includes(root)), [])

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
            "client/bytes/a.c": '#include "client/tokenward.h"',
            "client/connection/a.c": '#include "client/call/there.h"',
            "client/call/a.c": '#include "client/kept/there.h"',
            "client/kept/a.c": '#include "client/api/there.h"',
            "client/cli/a.c": '#include "client/call/there.h"',
            "daemon/core/a.cpp": '#include "../iam/there.hpp"',
            "daemon/core/b.cpp": "#  include <boost/asio/awaitable.hpp>",
            "daemon/core/c.cpp": "auto now = std::chrono::system_clock::now();",
            "daemon/core/d.cpp": "#include <sys/socket.h>",
            "daemon/core/e.cpp": '#include "daemon/base/there.hpp"',
            "daemon/base/a.cpp": '#include "daemon/core/there.hpp"',
            "daemon/base/text/a.cpp": "#include <unistd.h>",
            "daemon/config/a.cpp": '#include "daemon/kept/there.hpp"',
            "daemon/kept/a.cpp": '#include "daemon/service/there.hpp"',
            "daemon/iam/a.cpp": '#include "daemon/local/http/there.hpp"',
            "daemon/iam/b.cpp": "auto a = co_await log_in(settling ? scope{} : target);",
            "daemon/iam/c.cpp": "auto a = co_await log_in({}, with);",
            "daemon/iam/net/a.cpp": '#include "daemon/iam/there.hpp"',
            "daemon/local/http/a.cpp": '#include "daemon/local/api/there.hpp"',
            "daemon/local/api/a.cpp": '#include "daemon/local/net/there.hpp"',
            "daemon/local/net/a.cpp": '#include "daemon/iam/there.hpp"',
            "daemon/local/net/b.cpp": '#include "daemon/app/there.hpp"',
            "daemon/service/a.cpp": '#include "daemon/local/http/there.hpp"',
            "daemon/service/b.cpp": '#include "systemd/there.hpp"',
            "daemon/loose.cpp": "",
            "systemd/a.cpp": '#include "daemon/core/there.hpp"',
            "systemd/b.cpp": "#include <boost/asio.hpp>",
            "tests/unit/a.cpp": '#include "daemon/app/there.hpp"',
            "elsewhere/a.cpp": "",
        }
        welcome = {
            "daemon/base/there.hpp": '#include "common/there.hpp"\n#include <unistd.h>',
            "daemon/iam/net/there.hpp": '#include "daemon/core/there.hpp"\n#include <boost/asio.hpp>',
            "daemon/iam/there.hpp": '#include "daemon/core/there.hpp"\n#include "net/there.hpp"\n#include "sibling.hpp"',
            "daemon/iam/sibling.hpp": "// not system_clock::now, by the way",
            "daemon/core/there.hpp": '#include "common/there.hpp"  // never system_clock::now()',
            "daemon/core/token_source.hpp": "#include <boost/asio/awaitable.hpp>",
            "daemon/kept/there.hpp": '#include "systemd/there.hpp"',
            "daemon/local/http/there.hpp": '#include "daemon/core/there.hpp"',
            "daemon/local/api/there.hpp": '#include "daemon/service/there.hpp"',
            "daemon/local/net/there.hpp": '#include "daemon/local/api/there.hpp"',
            "daemon/service/there.hpp": '#include "daemon/core/there.hpp"',
            "daemon/app/there.hpp": '#include "daemon/iam/there.hpp"\n#include "systemd/there.hpp"',
            "systemd/there.hpp": '#include "common/there.hpp"\n#include <systemd/sd-daemon.h>',
            "common/there.hpp": "#include <string>",
            "client/tokenward.h": "",
            "client/api/there.h": '#include "client/kept/there.h"\n#include "client/tokenward.h"',
            "client/call/there.h": '#include "client/tokenward.h"',
            "client/kept/there.h": '#include "client/call/there.h"',
            "client/cli/there.h": '#include "client/tokenward.h"',
        }
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            write(root, {**plants, **welcome})
            self.assertEqual({fault.split(":")[0] for fault in faults(root)}, set(plants))


if __name__ == "__main__":
    unittest.main()
