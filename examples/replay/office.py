"""Head office: the command line `loy`."""

import csv
import io
import subprocess


class OfficeError(Exception):
    """`loy` failed; its own words."""


class Office:
    def __init__(self, loy, directory):
        self.loy, self.directory = str(loy), str(directory)

    def run(self, *arguments):
        command = [self.loy, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise OfficeError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}{done.stdout}")
        return done.stdout

    def init(self, name):
        self.run("office", "init", self.directory, "--name", name)

    def provision(self, store, till, programme, language, file):
        """Writes a provisioning file and gives the code that opens it."""
        return self.run(
            "provision", self.directory, "--store", store, "--till", till, "--programme", programme,
            "--language", language, "--out", file,
        )

    def ingest(self, files, acknowledgement=None):
        return self.run("office", "ingest", self.directory, *files)

    def members(self):
        """By member number, all columns but the number as numbers."""
        rows = csv.DictReader(io.StringIO(self.run("office", "members", self.directory, "--format", "csv")))
        return {row.pop("member"): {name: int(value) for name, value in row.items()} for row in rows}

    def verify(self, ledger):
        return self.run("verify", ledger)
