"""The Python package: what setuptools makes of it for pip is what CMake installs."""
import contextlib
import importlib.metadata
import importlib.util
import io
import os
import pathlib
import shutil
import unittest
import zipfile

import keystoneauth_tokenward
import world

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "client" / "python"
IN_THE_WHEEL_ALONE = {"RECORD", "WHEEL"}


class Package(world.Test):
    def test_it_is_the_one_of_the_build_with_the_project_s_version(self):
        installed = importlib.metadata.distribution("keystoneauth-tokenward")
        self.assertEqual(installed.version, os.environ["TOKENWARD_VERSION"])
        self.assertEqual(keystoneauth_tokenward.__version__, installed.version)

    @unittest.skipIf(importlib.util.find_spec("wheel") is None, "python3-wheel is not installed")
    def test_the_wheel_has_the_modules_and_the_metadata_that_cmake_installs(self):
        from setuptools import build_meta

        tree = os.path.join(self.folder, "source")
        shutil.copytree(SOURCE, tree, ignore=shutil.ignore_patterns("build", "*.egg-info"))
        quiet = io.StringIO()
        with contextlib.chdir(tree), contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            name = build_meta.build_wheel(self.folder)
        wheel = zipfile.ZipFile(os.path.join(self.folder, name))
        self.addCleanup(wheel.close)
        site = pathlib.Path(keystoneauth_tokenward.__file__).parents[1]
        installed = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
        installed = {name for name in installed if "__pycache__" not in name}
        packed = {name for name in wheel.namelist() if os.path.basename(name) not in IN_THE_WHEEL_ALONE}
        self.assertEqual(packed, installed)
        for name in installed:
            if name.endswith("METADATA"):
                theirs = self.headers(wheel.read(name).decode())
                self.assertEqual(self.headers((site / name).read_text()) - theirs, set())
            else:
                self.assertEqual(wheel.read(name).decode().split(), (site / name).read_text().split(), name)

    @staticmethod
    def headers(metadata):
        """Its lines but for the description; setuptools of old writes `keystoneauth1 (>=4)`, and each its own version of
        the format."""
        head = metadata.partition("\n\n")[0]
        lines = [line for line in head.splitlines() if not line.startswith("Metadata-Version:")]
        return {line.translate({ord(each): None for each in " ()"}) for line in lines}
