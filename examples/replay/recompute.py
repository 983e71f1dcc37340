#!/usr/bin/env python3
"""What every member's totals must be, worked out from the CSV alone.

It shares nothing with the library or with the program that drives the till: its own reading of the
file, its own arithmetic (integers and fractions), and the rules as README.md beside it states them.

    recompute.py DATA > members.csv

One line a CustomerID, in order; the line of customer `-` is all sales without one.
"""

import csv
import gzip
import lzma
import sys
from collections import Counter, defaultdict
from fractions import Fraction

COLUMNS = [
    "sales", "spend", "refunded", "awarded", "award_refunded",
    "redeemed", "redemption_refunded", "debt", "balance",
]


def pence(price, quantity):
    """Price times quantity in pence, half away from zero."""
    exact = Fraction(price) * quantity * 100
    rounded = int(abs(exact) + Fraction(1, 2))
    return rounded if exact >= 0 else -rounded


def read_invoices(path):
    """Invoices in the order of their first timestamps: (number, customer, lines of code, quantity, pence)."""
    opener = {"xz": lzma.open, "gz": gzip.open}.get(path.rsplit(".", 1)[-1], open)
    invoices = {}
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        for place, row in enumerate(csv.DictReader(file)):
            quantity = int(Fraction(row["Quantity"]))
            line = (row["StockCode"], quantity, pence(row["UnitPrice"], quantity))
            customer = row["CustomerID"].removesuffix(".0")
            when = (row["InvoiceDate"], place)
            invoices.setdefault(row["InvoiceNo"], (when, customer, []))[2].append(line)
    in_order = sorted(invoices.items(), key=lambda item: item[1][0])
    return [(number, customer, lines) for number, (_, customer, lines) in in_order]


class Member:
    """One customer: awards as [points left], oldest first, and what is owed."""

    def __init__(self):
        self.totals = Counter()
        self.awards = []
        self.debt = 0
        self.sales = []

    def spendable(self):
        return max(0, sum(award[0] for award in self.awards) - self.debt)

    def buy(self, number, lines):
        total = sum(amount for _, _, amount in lines)
        spent = self.redeem(total) if int(number) % 3 == 0 and self.spendable() >= 500 else []
        payable = total - sum(points for _, points in spent)
        award = [max(0, payable // 100)]
        given = award[0]
        if given:
            self.awards.append(award)
            repaid = min(given, self.debt)
            award[0] -= repaid
            self.debt -= repaid
        self.totals.update(sales=1, spend=payable, awarded=given, redeemed=total - payable)
        self.sales.append({"holds": quantities(lines), "paid": payable, "award": award, "given": given, "spent": spent})

    def redeem(self, total):
        """Takes points out of the oldest awards: a point is a penny."""
        points = min(self.spendable(), total) // 100 * 100
        spent = []
        if points < 500:
            return spent
        for award in self.awards:
            part = min(points, award[0])
            if part:
                award[0] -= part
                points -= part
                spent.append((award, part))
        assert points == 0
        return spent

    def bring_back(self, lines):
        wanted = {code: -quantity for code, quantity in quantities(lines).items()}
        for place in reversed(range(len(self.sales))):
            if self.sales[place]["holds"] == wanted:
                return self.refund(self.sales.pop(place))

    def refund(self, sale):
        for award, points in sale["spent"]:
            award[0] += points
            self.totals["redemption_refunded"] += points
        taken = min(sale["given"], sale["award"][0])
        sale["award"][0] -= taken
        self.debt += sale["given"] - taken
        self.totals.update(refunded=sale["paid"], award_refunded=taken)

    def row(self):
        balance = sum(award[0] for award in self.awards) - self.debt
        return {**self.totals, "debt": self.debt, "balance": balance}


def quantities(lines):
    held = defaultdict(int)
    for code, quantity, _ in lines:
        held[code] += quantity
    return dict(held)


def recompute(path):
    members = {"-": Member()}
    for number, customer, lines in read_invoices(path):
        member = members.setdefault(customer or "-", Member())
        if number.startswith("C"):
            if customer:
                member.bring_back(lines)
        elif not number.startswith("A"):
            total = sum(amount for _, _, amount in lines)
            if total < 0:
                continue
            if customer:
                member.buy(number, lines)
            else:
                member.totals.update(sales=1, spend=total)
    return {customer: member.row() for customer, member in members.items()}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["customer", *COLUMNS])
    for customer, row in sorted(recompute(sys.argv[1]).items()):
        writer.writerow([customer, *(row.get(column, 0) for column in COLUMNS)])
