"""The till, a child process: commands out, answers in (the protocol stands in ../c/till.c)."""

import json
import subprocess
import time
from collections import namedtuple

Sale = namedtuple("Sale", "id state replayed payable awarded redeemed balance")
Found = namedtuple("Found", "voided unresolved")
COMMITTED, REFUNDED = 2, 5


class TillError(Exception):
    """The till refused, failed or ended."""


class Till:
    def __init__(self, program, ledger, errors):
        self.program, self.ledger, self.errors = program, ledger, errors
        self.process = None

    def start(self, *provisioning):
        """Starts it, with provisioning file and code the first time.

        Answers what an earlier life left behind: how many sales were voided, since nobody was asked to pay for them,
        and the ids of those that may be paid."""
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [self.program, self.ledger, *provisioning],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=1 << 16,
            )
        answer = self.answer("start")
        if not answer:
            return Found(0, [])
        voided, _, unresolved = answer
        return Found(int(voided), [row["sale_id"] for row in json.loads(unresolved)])

    def post(self, *fields):
        self.process.stdin.write("\t".join(map(str, fields)).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self, asked):
        line = self.process.stdout.readline().decode()
        if not line.endswith("\n"):
            raise TillError(f"the till ended during: {asked} (exit status {self.process.wait()}, see {self.errors})")
        kind, *fields = line[:-1].split("\t")
        if kind != "OK":
            raise TillError(f"{asked}: {line.rstrip()}")
        return fields

    def ask(self, *fields):
        self.post(*fields)
        return self.answer(" ".join(map(str, fields[:4])))

    def sale(self, *fields):
        return read_sale(self.ask(*fields))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def kill_during(self, *fields):
        """Posts a command and kills the till as soon as it has been kept, so while it is being carried out."""
        self.post(*fields)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with open(f"{self.ledger}.pos", "rb") as kept:
                if kept.read(len(fields[0])) == fields[0].encode():
                    break
        self.kill()

    def close(self):
        """Ends it in good order."""
        self.process.stdin.close()
        self.process.stdout.close()
        if self.process.wait() != 0:
            raise TillError(f"the till ended with exit status {self.process.returncode}, see {self.errors}")


def read_sale(fields):
    return Sale(fields[0], *map(int, fields[1:7]))
