#!/usr/bin/env python3
"""Fails when a shell's completions do not know the command: bash is asked as a person would, zsh and fish are checked
for their syntax where they are installed, and all three for the options of each command.

usage: command_completion_test.py TOKENWARD FOLDER
"""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from command_help import CommandHelp

COMMAND, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
HELP = CommandHelp(COMMAND)

# Types the words given, asks for completions of the last one, and prints them.
ASK_BASH = r"""
source "$1"; shift
compopt() { :; }  # there is no line editor here
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_tokenward
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
"""


def complete(*words, socket_path="/nonexistent/socket"):
    env = {"PATH": os.environ["PATH"], "TOKENWARD_SOCKET": socket_path}
    command = ["bash", "-c", ASK_BASH, "bash", str(FOLDER / "tokenward.bash"), COMMAND, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env, timeout=20)
    assert done.stderr == "", done.stderr
    return done.stdout.splitlines()


def long_options(command):
    return {option for option in HELP.options(command) if option.startswith("--")} | {"--help"}


class Daemon:
    """Lists identities to whoever asks."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = self.folder.name + "/socket"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        scopes = ["eu-de", "global"]
        document = {"identities": [{"identity": "ci", "scopes": scopes, "on_demand": False, "verbs": ["get"]}]}
        body = json.dumps(document).encode()
        while True:
            connection = self.listener.accept()[0]
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            connection.close()


HOME = tempfile.TemporaryDirectory()  # fish makes what it does not find there


def environment():
    path = f"{pathlib.Path(COMMAND).parent}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": HOME.name, "TERM": "dumb", "LC_ALL": "C.UTF-8"}


class Zsh:
    """A zsh at a terminal, for its completion works nowhere else."""

    def __enter__(self):
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs,
                                        env=environment(), start_new_session=True)  # fmt: skip
        os.close(theirs)
        # Ctrl-X prints the line as it is between two marks, and empties it.
        self.type(f"fpath=({FOLDER} $fpath); autoload -Uz compinit; compinit -u -D; unsetopt list_beep; "
                  'tell() { print -r -- "<""$BUFFER"">"; BUFFER=""; }; zle -N tell; bindkey "^X" tell; '
                  'print "<""ready"">"\n')  # fmt: skip
        self.read_mark()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read_mark(self):
        seen = ""
        while not (found := re.search(r"<([^<>\"]*)>", seen)):
            if not select.select([self.terminal], [], [], 30)[0]:
                raise AssertionError(f"zsh says nothing more after {seen!r}")
            seen += os.read(self.terminal, 4096).decode(errors="replace")
        return found[1]

    def complete(self, line):
        """The last word of the line after a Tab, and the space that ends it when it is complete."""
        self.type(line + "\t\x18")
        return self.read_mark()[line.rindex(" ") + 1 :]


class Bash(unittest.TestCase):
    def test_it_knows_the_commands(self):
        self.assertEqual(complete(""), complete("--socket", "/x", ""))
        self.assertEqual(set(complete("")), set(HELP.commands()))
        self.assertEqual(complete("stat"), ["status"])

    def test_it_knows_the_options_of_each_command(self):
        for command in HELP.commands():
            with self.subTest(command):
                self.assertEqual(set(complete(command, "-")), long_options(command))

    def test_it_asks_the_daemon_for_scopes_and_identities(self):
        daemon = Daemon()
        for command in ("get", "run", "watch", "explain", "renew", "invalidate", "report", "endpoint"):
            self.assertEqual(complete(command, "", socket_path=daemon.path), ["ci/eu-de", "ci/global"], command)
        self.assertEqual(complete("get", "-o", "json", "ci/g", socket_path=daemon.path), ["ci/global"])
        self.assertEqual(complete("--socket", daemon.path, "get", ""), ["ci/eu-de", "ci/global"])
        for words in (("--socket", "=", daemon.path, "get", ""), ("get", "--socket", "=", daemon.path, "")):
            self.assertEqual(complete(*words), ["ci/eu-de", "ci/global"], words)  # as bash takes apart --socket=PATH
        self.assertEqual(complete("login", "", socket_path=daemon.path), ["ci"])
        self.assertEqual(complete("request", "--scope", "ci/e", socket_path=daemon.path), ["ci/eu-de"])

    def test_it_is_silent_when_the_daemon_is_away(self):
        self.assertEqual(complete("get", ""), [])

    def test_it_knows_the_values_of_options(self):
        self.assertEqual(complete("get", "-o", "b"), ["bearer"])
        self.assertEqual(complete("status", "--output", ""), ["table", "json"])
        self.assertEqual(complete("log-level", "d"), ["debug"])
        self.assertEqual(complete("get", "--output", "=", "b"), ["bearer"])
        self.assertEqual(complete("status", "--output", "="), ["table", "json"])
        self.assertEqual(complete("watch", "-n", ""), [])

    def test_what_follows_two_dashes_is_another_programs(self):
        daemon = Daemon()
        for before in (("run",), ("run", "ci/eu-de"), ("run", "--min-ttl", "60", "ci/eu-de")):
            self.assertIn("mkfifo", complete(*before, "--", "mkfif", socket_path=daemon.path), before)
            self.assertEqual(complete(*before, "--", "mkfifo", "c", socket_path=daemon.path), [], before)


class Others(unittest.TestCase):
    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_reads_its_file(self):
        subprocess.run(["zsh", "-n", FOLDER / "_tokenward"], check=True)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_reads_its_file(self):
        subprocess.run(["fish", "-n", FOLDER / "tokenward.fish"], check=True)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_asks_the_daemon(self):
        daemon = Daemon()
        for options in (f"--socket {daemon.path}", f"--socket={daemon.path}"):
            script = f"source {FOLDER}/tokenward.fish; complete -C 'tokenward {options} get '"
            done = subprocess.run(["fish", "-c", script], capture_output=True, text=True, env=environment(), timeout=20)
            self.assertEqual(done.stdout.split(), ["ci/eu-de", "ci/global"], options)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_knows_what_run_runs(self):
        for line, expected in (("-- mkfif", "mkfifo"), ("-- env mkfif", "mkfifo")):
            script = f"source {FOLDER}/tokenward.fish; complete -C 'tokenward run ci/eu-de {line}'"
            done = subprocess.run(["fish", "-c", script], capture_output=True, text=True, env=environment(), timeout=20)
            self.assertIn(expected, [row.split("\t")[0] for row in done.stdout.splitlines()], line)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_asks_the_daemon_and_knows_what_run_runs(self):
        daemon = Daemon()
        with Zsh() as zsh:
            self.assertEqual(zsh.complete(f"tokenward --socket {daemon.path} get ci/e"), "ci/eu-de ")
            self.assertEqual(zsh.complete(f"tokenward request --socket {daemon.path} -s ci/g"), "ci/global ")
            self.assertEqual(zsh.complete(f"tokenward --socket {daemon.path} login c"), "ci ")
            self.assertEqual(zsh.complete("tokenward run ci/eu-de -- mkfif"), "mkfifo ")

    def test_they_know_every_command_and_option(self):
        zsh = (FOLDER / "_tokenward").read_text()
        fish = (FOLDER / "tokenward.fish").read_text()
        for command in HELP.commands():
            self.assertIn(f"'{command}:", zsh)
            self.assertRegex(fish, rf"-a {command}\b")
            for option in long_options(command):
                self.assertIn(option, zsh, command)
                self.assertRegex(fish, rf"-l {option[2:]}\b", command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
