#!/usr/bin/env python3
"""What a user of libtokenward gets: the installed files, how programs are built with them, and what they show.

usage: installed_test.py BUILD_FOLDER [unittest's arguments]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "client/examples"
SANITIZED = re.search(r"^TOKENWARD_SANITIZE:STRING=.+", (BUILD / "CMakeCache.txt").read_text(), re.M)


def run(*command, **options):
    """Its standard output; a failure comes with what the command said."""
    done = subprocess.run(
        [str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    if done.returncode != 0:
        raise AssertionError(f"{command} failed with {done.returncode}:\n{done.stdout}")
    return done.stdout


def functions(text):
    return set(re.findall(r"\b(tokenward_[a-z_]+)\(", text))


def public_functions():
    return functions(re.sub(r"//.*", "", (ROOT / "client/tokenward.h").read_text()))


def listed_functions():
    """The functions of the symbols file, and the node of the version script of each."""
    listed = (ROOT / "client/libtokenward.symbols").read_text()
    return dict(re.findall(r"^ (tokenward_\w+)@(TOKENWARD_\S+) ", listed, re.M))


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.folder.name)
        cls.prefix = cls.work / "prefix"
        for component in ("library", "client"):
            run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", component)
        cls.library = next(cls.prefix.rglob("libtokenward.so"))
        cls.archive = next(cls.prefix.rglob("libtokenward.a"))
        pkgconfig = next(cls.prefix.rglob("tokenward.pc")).parent
        cls.env = {**os.environ, "PKG_CONFIG_PATH": str(pkgconfig), "LD_LIBRARY_PATH": str(cls.library.parent)}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, "tokenward", env=self.env).split()

    def shows_its_usage(self, program):
        done = subprocess.run([program], env=self.env, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr[:7]), (2, "usage: "))

    def test_the_static_form_links_with_plain_gcc(self):
        program = self.work / "static"
        include = f"-I{self.prefix}/include"
        run("gcc", "-std=c11", "-Wall", "-Werror", "-pedantic", include, EXAMPLES / "get.c", self.archive, "-o", program)
        self.shows_its_usage(program)
        self.assertNotIn("libtokenward", run("ldd", program))

    def test_the_shared_form_links_by_pkg_config_and_needs_libc_alone(self):
        program = self.work / "shared"
        run("gcc", EXAMPLES / "get.c", *self.pkg_config("--cflags", "--libs"), "-o", program, env=self.env)
        self.shows_its_usage(program)
        needed = {line.split()[0].split("/")[-1] for line in run("ldd", program, env=self.env).splitlines()}
        others = {n for n in needed if not re.match(r"libtokenward\.so\.0$|libc\.so|linux-vdso|ld-linux|ld-musl", n)}
        self.assertEqual(others, set())
        self.assertIn("libtokenward.so.0", needed)

    def test_the_static_form_links_wholly_by_pkg_config(self):
        program = self.work / "wholly_static"
        run("gcc", "-static", EXAMPLES / "get.c", *self.pkg_config("--static", "--cflags", "--libs"), "-o", program)
        self.shows_its_usage(program)

    def test_cmake_finds_both_forms(self):
        project = self.work / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nproject(user C CXX)\nset(CMAKE_CXX_STANDARD 17)\n"
            "find_package(tokenward 0.1 REQUIRED)\n"
            f"add_executable(c {EXAMPLES}/get.c)\ntarget_link_libraries(c PRIVATE tokenward::tokenward_static)\n"
            f"add_executable(cxx {EXAMPLES}/with_token.cpp)\n"
            "target_compile_options(cxx PRIVATE -Wall -Wextra -Werror -pedantic)\n"
            "target_link_libraries(cxx PRIVATE tokenward::tokenward)\n"
        )
        run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", project / "build")
        self.shows_its_usage(project / "build/c")
        self.shows_its_usage(project / "build/cxx")

    def test_the_shared_library_shows_the_functions_of_the_header_and_nothing_else(self):
        shown = {line.split()[-1] for line in run("nm", "-D", "--defined-only", self.library).splitlines()}
        nodes = {"TOKENWARD_0", "TOKENWARD_0.1"}
        self.assertEqual(shown - nodes, {f"{name}@@{node}" for name, node in listed_functions().items()})

    def test_the_symbols_file_has_every_function(self):
        self.assertEqual(listed_functions().keys(), public_functions())

    def test_the_manual_page_and_the_header_name_the_same(self):
        page = (ROOT / "client/libtokenward.3.scd").read_text()
        self.assertEqual(functions(page.split("# DESCRIPTION")[0]), public_functions())
        described = set(re.findall(r"\*(tokenward_[a-z_]+)\*\(\)", page.split("# DESCRIPTION")[1]))
        self.assertEqual(described, public_functions())
        header = (ROOT / "client/tokenward.h").read_text()
        own = {name for name, number in re.findall(r"(tokenward_error_\w+) = (\d+)", header) if int(number) >= 64}
        self.assertEqual(set(re.findall(r"^\*(tokenward_error_\w+)\*$", page, re.M)), own)
        verdicts = set(re.findall(r"(tokenward_verdict_\w+) =", header))
        self.assertEqual(set(re.findall(r"^\*(tokenward_verdict_\w+)\*$", page, re.M)), verdicts)

    def test_debians_symbols_check_is_content(self):
        if not pathlib.Path("/usr/bin/dpkg-gensymbols").exists():
            self.skipTest("there is no dpkg-gensymbols here")
        debian = self.work / "debian"
        debian.mkdir()
        (debian / "control").write_text("Source: tokenward\n\nPackage: libtokenward0\nArchitecture: any\n")
        (debian / "changelog").write_text("tokenward (0.1.0) unstable; urgency=low\n\n  * x\n\n -- a <a@b>  Thu, 01 Jan 2026 00:00:00 +0000\n")
        run("dpkg-gensymbols", "-plibtokenward0", "-v0.1.0", f"-I{ROOT}/client/libtokenward.symbols", "-c4",
            f"-e{self.library}", "-O/dev/null", cwd=self.work)


if __name__ == "__main__":
    if SANITIZED:
        print("skipped: a sanitized library needs its sanitizer")
        sys.exit(77)
    unittest.main()
