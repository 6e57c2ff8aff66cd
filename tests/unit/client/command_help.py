"""What the command says of itself by --help: its commands and their options."""
import re
import subprocess

OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][a-z-]*")


class CommandHelp:
    def __init__(self, program):
        self.program = program

    def text(self, *command):
        return subprocess.run([self.program, *command, "--help"], check=True, capture_output=True, text=True).stdout

    def commands(self):
        """The first words of the two columns of `tokenward --help`."""
        rows = [line for line in self.text().splitlines() if line.startswith("  ") and line[2:3].isalpha()]
        names = [row[start : start + 11].strip() for row in rows for start in (2, 40)]
        return [name for name in names if name]

    def options(self, command):
        """The short and the long ones. What explains one stands two spaces away; `--interface NAME, --region NAME` are two."""
        lines = [line.strip() for line in self.text(command).splitlines()]
        return {o for line in lines if line.startswith("-") for o in OPTION.findall(re.split(r"\s{2,}", line)[0])}
