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
        self.sales.append(Sale(lines, award, given, spent))

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
        for sale in reversed(self.sales):
            if not any(sale.gone) and sale.holds == wanted:
                return self.refund(sale, list(sale.quantity))
        back = {}
        for code, quantity, _ in lines:
            for place in reversed(range(len(self.sales))):
                gone = back.get(place, self.sales[place].gone)
                if -quantity > 0 and self.sales[place].left(code, gone) >= -quantity:
                    back[place] = self.sales[place].without(code, -quantity, gone)
                    break
        for place, gone in back.items():
            self.refund(self.sales[place], gone)
        return None

    def refund(self, sale, gone):
        """Moves a sale on to the point where so much of each of its lines is gone."""
        money, taken, returned = sale.gone_back()
        sale.gone = gone
        money_after, taken_after, returned_after = sale.gone_back()
        self.totals.update(refunded=money_after - money)
        self.totals.update(redemption_refunded=returned_after - returned)
        for award, points in reversed(sale.spent):
            before, after = min(points, returned), min(points, returned_after)
            award[0] += after - before
            returned, returned_after = returned - before, returned_after - after
        from_award = min(taken_after - taken, sale.award[0])
        sale.award[0] -= from_award
        self.debt += taken_after - taken - from_award
        self.totals.update(award_refunded=from_award)

    def row(self):
        balance = sum(award[0] for award in self.awards) - self.debt
        return {**self.totals, "debt": self.debt, "balance": balance}


class Sale:
    """A sale and how much of it has gone back; `spent` is (award, points) pairs, oldest award first."""

    def __init__(self, lines, award, given, spent):
        self.codes = [code for code, _, _ in lines]
        self.quantity = [quantity for _, quantity, _ in lines]
        self.holds = quantities(lines)
        self.off = shares(sum(points for _, points in spent), [max(0, amount) for _, _, amount in lines])
        self.net = [amount - off for (_, _, amount), off in zip(lines, self.off)]
        self.award, self.given, self.spent = award, given, spent
        self.gone = [0] * len(lines)

    def left(self, code, gone):
        return sum(max(0, all_ - away) for name, all_, away in zip(self.codes, self.quantity, gone) if name == code)

    def without(self, code, quantity, gone):
        """`gone` and so many more of a stock code, the first lines first."""
        gone = list(gone)
        for place, name in enumerate(self.codes):
            part = min(quantity, max(0, self.quantity[place] - gone[place])) if name == code else 0
            gone[place] += part
            quantity -= part
        assert quantity == 0
        return gone

    def gone_back(self):
        """Money, awarded points and spent points that have gone back in all."""
        if self.gone == self.quantity:
            return sum(self.net), self.given, sum(points for _, points in self.spent)
        money = [part(net, away, all_) if away else 0 for net, away, all_ in zip(self.net, self.gone, self.quantity)]
        off = [
            part(off, back, net) if net > 0 else part(off, away, all_)
            for off, back, net, away, all_ in zip(self.off, money, self.net, self.gone, self.quantity)
        ]
        kept = sum(self.net) - sum(money)
        spent = sum(points for _, points in self.spent)
        return sum(money), self.given - min(self.given, max(0, kept // 100)), part(spent, sum(off), sum(self.off))


def part(whole, share, out_of):
    """The share of a whole, rounded down; all of it once the share is complete."""
    return whole if share >= out_of else whole * share // out_of


def shares(total, weights):
    """Splits a total in proportion; pennies left over go to the largest fractions, the first of equals first."""
    exact = [Fraction(total * weight, sum(weights) or 1) for weight in weights]
    split = [int(share) for share in exact]
    by_fraction = sorted(range(len(exact)), key=lambda place: split[place] - exact[place])
    for place in by_fraction[: total - sum(split)]:
        split[place] += 1
    return split


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
