"""The kept state of 0.1 (version 2 of the format) as bytes: what is in them, and how to move them in time.

Kept times count from the boot of the machine that wrote them. To be taken up here they must be of this boot: relocate()
moves every time by the same span, puts in this machine's boot id, and makes the checksums anew. It knows the layout from
0.1 alone, so that a change of the daemon's own reader or writer can't change what is fed to it.
"""
import re
import struct
import time
import zlib

MAGIC = b"tokenward-state\n"
VERSION = 2
MACHINE, GUARD, SOURCE, ENTRY, END = range(1, 6)
NEVER = (1 << 63) - 1
NANOSECONDS = 10**9


def machine():
    """This machine as a kept state names it: boot id, CLOCK_BOOTTIME, CLOCK_REALTIME, both in nanoseconds."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot_id = file.read().strip().replace("-", "")
    return boot_id, time.clock_gettime_ns(time.CLOCK_BOOTTIME), time.time_ns()


class Shift:
    """What is added to each kind of time, in nanoseconds."""

    def __init__(self, boot, wall):
        self.boot = boot
        self.wall = wall


class Body:
    """Walks through one record, and changes numbers in place."""

    def __init__(self, content):
        self.content = bytearray(content)
        self.place = 0

    def number(self, size=8):
        value = int.from_bytes(self.content[self.place : self.place + size], "little", signed=size == 8)
        self.place += size
        return value

    def add(self, span):
        """To the 8 bytes that follow; but what is never stays so, and what was not yet (0) too."""
        at = self.place
        value = self.number()
        if value not in (0, NEVER):
            struct.pack_into("<q", self.content, at, value + span)

    def text(self):
        size = self.number(4)
        self.place += size
        return bytes(self.content[self.place - size : self.place]).decode()

    def replace_text(self, new):
        """The text that follows."""
        at = self.place
        self.text()
        data = new.encode()
        self.content[at : self.place] = struct.pack("<I", len(data)) + data
        self.place = at + 4 + len(data)

    def optional(self, read):
        if self.number(1):
            read()

    def at_end(self):
        assert self.place == len(self.content), "0.1 did not write this"


def _ref(body):
    body.text()
    body.text()


def _token(body, by, seen):
    value, fingerprint = body.text(), body.text()
    body.add(by.wall // 1000)  # issued
    body.add(by.wall // 1000)  # expires
    body.number()  # its life
    body.add(by.boot)  # when it was made
    body.optional(lambda: body.add(by.wall // 1000))  # the IAM's date
    _ref(body)
    _ref(body)
    for _ in range(3):
        body.optional(lambda: _ref(body))
    for _ in range(body.number(4)):
        body.text()
    body.optional(lambda: body.add(by.wall // 1000))  # the password's end
    body.text()
    body.number()
    body.optional(body.number)
    body.number(1)
    body.text()
    seen.append((value, fingerprint))


def _owner(body):
    name = body.text()
    body.place += 32
    return name


def _machine(body, by, boot_id):
    body.replace_text(boot_id)
    body.add(by.boot)
    body.optional(lambda: body.add(by.wall - by.boot))
    body.at_end()


def _source(body, by, seen):
    name = _owner(body)
    body.optional(lambda: body.add(by.wall - by.boot))
    tokens = []
    body.optional(lambda: _token(body, by, tokens))
    body.place += 8 + 4
    body.at_end()
    if tokens:
        seen.parents[name] = tokens[0][0]


def _entry(body, by, seen):
    name = f"{_owner(body)}/{body.text()}"
    body.place += 1
    body.text()
    _ref(body)
    tokens = []
    body.optional(lambda: _token(body, by, tokens))
    body.add(by.boot)
    body.add(by.boot)
    refused = body.text()
    body.place += 4
    body.add(by.boot)
    body.optional(lambda: body.number(4))
    body.at_end()
    if tokens:
        seen.tokens[name] = tokens[0][0]
    if refused:
        seen.refused[name] = refused


class Content:
    """What was found in records: `tokens` and `refused` by IDENTITY/SCOPE, `parents` by identity."""

    def __init__(self):
        self.tokens, self.refused, self.parents, self.guard = {}, {}, {}, ""


class State(Content):
    """A recorded state, which is `data`, and what is in it."""

    def __init__(self, data):
        super().__init__()
        self.data = data
        for kind, content in records(data):
            body = Body(content)
            if kind == MACHINE:
                self.boot_id, self.written = body.text(), body.number()
                self.wall_offset = body.number() if body.number(1) else None
            elif kind == GUARD:
                self.guard = body.text()
            elif kind == SOURCE:
                _source(body, Shift(0, 0), self)
            elif kind == ENTRY:
                _entry(body, Shift(0, 0), self)

    @property
    def wall_written(self):
        """Nanoseconds since 1970; None if 0.1 had not yet looked."""
        return None if self.wall_offset is None else self.written + self.wall_offset


def records(data):
    assert data.startswith(MAGIC), "no kept state"
    version, place = struct.unpack_from("<I", data, len(MAGIC))[0], len(MAGIC) + 4
    assert version == VERSION, "not of 0.1"
    kind = None
    while kind != END:
        kind, size = struct.unpack_from("<II", data, place)
        content = data[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack_from("<I", data, place + 8 + size)
        assert checksum == zlib.crc32(data[place : place + 8 + size]), "damaged"
        place += 12 + size
        yield kind, content
    assert place == len(data)


def record(kind, content):
    head = struct.pack("<II", kind, len(content)) + content
    return head + struct.pack("<I", zlib.crc32(head))


def relocate_guard(text, seconds):
    """The text of a guard.json with its dates and spent TOTP steps moved by so many seconds."""

    def moved(by):
        return lambda found: f"{found[1]}{int(found[2]) + by}"

    text = re.sub(r'("at":)(\d+)', moved(seconds), text)
    return re.sub(r'("totp_step":)(\d+)', moved(seconds // 30), text)


def relocate(state, *, aged=2, guard=None):
    """The bytes of `state` as if they had been written here `aged` seconds ago; `guard`: its guard's memory in place of
    the recorded one."""
    boot_id, boot, wall = machine()
    written = boot - aged * NANOSECONDS
    by = Shift(written - state.written, wall - aged * NANOSECONDS - state.wall_written)
    made = state.data[: len(MAGIC) + 4]
    for kind, content in records(state.data):
        body = Body(content)
        if kind == MACHINE:
            _machine(body, by, boot_id)
        elif kind == GUARD and state.guard:
            body.replace_text(relocate_guard(state.guard, by.wall // NANOSECONDS) if guard is None else guard)
        elif kind == SOURCE:
            _source(body, by, Content())
        elif kind == ENTRY:
            _entry(body, by, Content())
        made += record(kind, bytes(body.content))
    return made


def with_version(data, version):
    """The bytes with another number for their format's version."""
    return MAGIC + struct.pack("<I", version) + data[len(MAGIC) + 4 :]
