"""Head office: the command line `loy`."""

import csv
import io
import subprocess
from pathlib import Path


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
        told = self.run(
            "provision", self.directory, "--store", store, "--till", till, "--programme", programme,
            "--language", language, "--out", file,
        )
        return told.strip()

    def ingest(self, files, acknowledgements):
        """Takes batches in. Of each: what became of it, and the acknowledgement if there is one."""
        told = self.run("office", "ingest", self.directory, *files, "--ack-dir", acknowledgements)
        lines = [line.split("\t") for line in told.splitlines()]
        return [(outcome, Path(acknowledgements) / f"{batch}.ack") for _, outcome, batch, _ in lines]

    def digest(self):
        return self.run("office", "digest", self.directory).strip()

    def members(self):
        """By member number, all columns but the number as numbers."""
        return {row.pop("member"): {name: int(value) for name, value in row.items()} for row in self.table("members")}

    def lots(self):
        return list(self.table("lots"))

    def baskets(self):
        return list(self.table("baskets"))

    def unlinked(self):
        return list(self.table("unlinked"))

    def sums(self):
        """Count and amount of all entries of a kind."""
        summed = {}
        for row in self.table("totals"):
            count, amount = summed.get(row["kind"], (0, 0))
            summed[row["kind"]] = (count + int(row["count"]), amount + int(row["amount"]))
        return summed

    def table(self, name):
        return csv.DictReader(io.StringIO(self.run("office", name, self.directory, "--format", "csv")))

    def verify(self, ledger):
        """What `loy verify` finds wrong with a till's ledger; nothing if it is sound."""
        done = subprocess.run([self.loy, "verify", str(ledger)], capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr
