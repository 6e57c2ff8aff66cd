#!/usr/bin/python3
"""A real Keystone on loopback, several servers over one database, which lives until its standard input ends.

usage: servers.py FOLDER      (an empty folder; it is removed at the end)

When all is set up, one line of JSON is written: the ports by server, and the files of two test CAs. The servers
share users, projects and keys, and differ as SERVERS says. Everything slow is done once: one process imports
Keystone, and the set-up and every server are forks of it.
"""
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys

# life: seconds that a token lives; clock: seconds by which the server's clock is ahead; tls: HTTPS
SERVERS = {
    "plain": {"life": 3600},
    "tls": {"life": 3600, "tls": True},
    "short": {"life": 10},
    "ahead": {"life": 3600, "clock": 300},
}
ADMIN_PASSWORD = "adm1n of a test"
LOCKOUT_AFTER = 3  # failed logins, each user's own

# What was asked, the answer's status, who asked, and whether they had a receipt for part of a login.
ACCESS_LOG_FORMAT = '"%(r)s" %(s)s "%(a)s" receipt=%({openstack-auth-receipt}i)s'

CONFIGURATION = """\
[DEFAULT]
log_file = {home}/{name}.log
use_stderr = false
[database]
connection = sqlite:///{home}/keystone.db
sqlite_synchronous = false
[auth]
methods = password,token,totp,application_credential
[token]
expiration = {life}
[identity]
password_hash_rounds = 4
[security_compliance]
lockout_failure_attempts = {lockout}
lockout_duration = 1800
[fernet_tokens]
key_repository = {home}/keys/
[fernet_receipts]
key_repository = {home}/keys/
[credential]
key_repository = {home}/keys/
[oslo_policy]
enforce_scope = false
"""


def die_with_parent():
    """SIGKILL for this process when its parent ends: nothing here is worth more than a quick end."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def in_child(work):
    """Forks; the child does `work()` and ends. Returns its pid."""
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(2, 1)  # the report is the parent's alone
    work()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # skips exit handlers, which are the parent's


def configuration(home, name):
    path = f"{home}/{name}.conf"
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIGURATION.format(home=home, name=name, life=SERVERS[name]["life"], lockout=LOCKOUT_AFTER))
    return path


def set_up_database(home, url):
    """Keys, tables, the admin: what `keystone-manage` does in four calls."""
    import base64
    import sqlite3

    from keystone.cmd import cli
    from oslo_config import cfg

    os.mkdir(f"{home}/keys", 0o700)
    for key in ("0", "1"):
        with open(f"{home}/keys/{key}", "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)))
    base = ["--config-file", configuration(home, "plain")]
    sys.argv = ["keystone-manage"]
    cli.main(["keystone-manage", *base, "db_sync"])
    cfg.CONF.reset()
    cfg.CONF(
        [*base, "bootstrap", "--bootstrap-password", ADMIN_PASSWORD, "--bootstrap-region-id", "RegionOne",
         "--bootstrap-public-url", url], project="keystone")  # fmt: skip
    cfg.CONF.command.cmd_class.main()
    # Else concurrent requests end in "database is locked"; the setting stays in the file.
    sqlite3.connect(f"{home}/keystone.db").execute("pragma journal_mode=wal")


def set_clock_ahead(seconds):
    """What this process says of the time: tokens, their checks and the Date header alike."""
    import datetime
    import time

    from oslo_utils import timeutils

    true_time, true_utcnow = time.time, timeutils.utcnow

    def utcnow(with_timezone=False):
        return true_utcnow(with_timezone) + datetime.timedelta(seconds=seconds)

    utcnow.override_time = None
    time.time = lambda: true_time() + seconds
    timeutils.utcnow = utcnow


def serve(home, name, listener):
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            settings = {
                "bind": f"fd://{listener.detach()}",
                "worker_class": "gthread",  # keeps connections; one thread, since threads and SQLite do not mix
                "threads": 1,
                "keepalive": 75,
                "timeout": 0,
                "accesslog": f"{home}/{name}-access.log",
                "access_log_format": ACCESS_LOG_FORMAT,
                "errorlog": f"{home}/{name}-error.log",
                "worker_tmp_dir": "/dev/shm",
                "post_fork": lambda _arbiter, _worker: die_with_parent(),
            }
            if SERVERS[name].get("tls"):
                settings.update(certfile=f"{home}/server.pem", keyfile=f"{home}/server.key")
            for key, value in settings.items():
                self.cfg.set(key, value)

        def load(self):
            set_clock_ahead(SERVERS[name].get("clock", 0))
            os.environ["OS_KEYSTONE_CONFIG_FILES"] = configuration(home, name)
            sys.argv = ["keystone-wsgi-public"]  # which Keystone reads for options of its own
            from keystone.server.wsgi import initialize_public_application

            return initialize_public_application()

    Server().run()


def make_certificates(home):
    """Two CAs, and a certificate of the first for the name localhost alone."""

    def openssl(name, subject, *more):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", f"{home}/{name}.key", "-out", f"{home}/{name}.pem", "-days", "2", "-subj", f"/CN={subject}",
             *more], check=True, stderr=subprocess.DEVNULL)  # fmt: skip

    for ca in ("ca", "other-ca"):
        openssl(ca, f"tokenward test {ca}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("server", "localhost", "-CA", f"{home}/ca.pem", "-CAkey", f"{home}/ca.key",
            "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")  # fmt: skip


def run(home):
    # Bound before anything is started: the ports are free ones, and early callers wait in the backlog.
    listeners = {name: socket.create_server(("127.0.0.1", 0), backlog=128) for name in SERVERS}
    ports = {name: listener.getsockname()[1] for name, listener in listeners.items()}
    make_certificates(home)
    import keystone.cmd.cli  # noqa: F401  the slow part, shared by all that follow
    import keystone.server.flask.application  # noqa: F401
    import keystone.server.wsgi  # noqa: F401

    set_up = in_child(lambda: set_up_database(home, f"http://127.0.0.1:{ports['plain']}/v3"))
    if os.waitpid(set_up, 0)[1] != 0:
        sys.exit("keystone's set-up failed")
    children = [in_child(lambda name=name: serve(home, name, listeners[name])) for name in SERVERS]
    report = {"ports": ports, "ca": f"{home}/ca.pem", "other_ca": f"{home}/other-ca.pem"}
    print(json.dumps(report), flush=True)
    ended, _, _ = select.select([sys.stdin, *map(os.pidfd_open, children)], [], [])
    for child in children:
        os.kill(child, signal.SIGKILL)
    if sys.stdin not in ended:
        sys.exit("a keystone server ended by itself")


if __name__ == "__main__":
    folder = os.path.realpath(sys.argv[1])
    try:
        run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
