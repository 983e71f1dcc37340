#!/usr/bin/env python3
"""What every member's totals must be, worked out from the CSV alone.

It shares nothing with the library or with the program that drives the till: its own reading of the
file, its own arithmetic (integers and fractions), and the rules as README.md beside it states them.

    recompute.py DATA DIRECTORY

writes members.csv (one line a CustomerID, in order; the line of customer `-` is all sales without one),
lots.csv (one line an award), tiers.csv (one line a CustomerID and till) and days.csv (what was sold and what came
back, one line a day and till) into the directory.
"""

import csv
import gzip
import lzma
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

COLUMNS = [
    "sales", "spend", "refunded", "awarded", "award_refunded",
    "redeemed", "redemption_refunded", "debt", "balance",
]
LOT_COLUMNS = ["customer", "till", "earned_on", "earned", "remaining", "available_from", "expires_on"]
DAY_COLUMNS = ["business_date", "till", "kind", "amount", "quantity_milli"]
TIER_COLUMNS = ["customer", "till", "tier", "counted"]
TILLS = ["till-1", "till-2"]
PENDING_DAYS, EXPIRY_DAYS = 1, 36500
TIERS = [("gold", 5000, Fraction(3, 2)), ("silver", 1000, Fraction(5, 4)), ("bronze", 0, Fraction(1))]


def pence(price, quantity):
    """Price times quantity in pence, half away from zero."""
    exact = Fraction(price) * quantity * 100
    rounded = int(abs(exact) + Fraction(1, 2))
    return rounded if exact >= 0 else -rounded


def read_invoices(path):
    """Invoices in the order of their first timestamps: (number, day, customer, lines of code, quantity, pence)."""
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
    return [(number, date.fromisoformat(when[0][:10]), customer, lines) for number, (when, customer, lines) in in_order]


class Days:
    """Money and goods by day, till, and whether they were sold or came back."""

    def __init__(self):
        self.sums = defaultdict(lambda: [0, 0])

    def add(self, day, till, kind, money, pieces):
        summed = self.sums[day, till, kind]
        summed[0] += money
        summed[1] += pieces

    def sell(self, day, till, lines, off=0):
        """A sale; of its lines, those with a quantity below zero are goods that come back without their sale."""
        money, pieces = both([line for line in lines if line[1] >= 0])
        self.add(day, till, "commit", money - off, pieces)
        self.take_back(day, till, [line for line in lines if line[1] < 0])

    def take_back(self, day, till, lines):
        """Goods without their sale."""
        if lines:
            self.add(day, till, "refund", *(-number for number in both(lines)))

    def rows(self):
        for (day, till, kind), (money, pieces) in sorted(self.sums.items()):
            yield [f"{day:%Y%m%d}", TILLS[till], kind, money, 1000 * pieces]


def both(lines):
    """The money and the pieces of some lines."""
    return sum(amount for _, _, amount in lines), sum(quantity for _, quantity, _ in lines)


def coming_back(lines):
    """Of a cancellation, the lines that are goods."""
    return [line for line in lines if line[1] < 0 and line[2] <= 0]


class Lot:
    """An award: what it was and what is left of it."""

    def __init__(self, day, given):
        self.day, self.given, self.left = day, given, given
        self.available, self.expires = day + timedelta(PENDING_DAYS), day + timedelta(EXPIRY_DAYS)


class Account:
    """What one till knows of one customer: lots, oldest first, what is owed, and what counts for the tier."""

    def __init__(self):
        self.lots = []
        self.debt = 0
        self.counted = 0

    def spendable(self, day):
        return max(0, sum(lot.left for lot in self.lots if lot.available <= day) - self.debt)

    def tier(self):
        reached = ((name, factor) for name, least, factor in TIERS if self.counted >= least)
        return next(reached, (TIERS[-1][0], TIERS[-1][2]))


class Member:
    """One customer: an account at each till, and all sales in their order."""

    def __init__(self):
        self.totals = Counter()
        self.accounts = [Account() for _ in TILLS]
        self.sales = []

    def buy(self, number, day, lines):
        account = self.accounts[lane(number)]
        total = sum(amount for _, _, amount in lines)
        asks = int(number) % 3 == 0 and account.spendable(day) >= 500
        spent = redeem(account, day, total) if asks else []
        payable = total - sum(points for _, points in spent)
        _, factor = account.tier()
        given = points_for(payable, factor)
        lot = Lot(day, given)
        account.counted += given
        if given:
            account.lots.append(lot)
            repaid = min(given, account.debt)
            lot.left -= repaid
            account.debt -= repaid
        self.totals.update(sales=1, spend=payable, awarded=given, redeemed=total - payable)
        self.sales.append(Sale(lane(number), account, lines, lot, given, factor, spent))
        return total - payable

    def bring_back(self, number, day, lines, days):
        wanted = {code: -quantity for code, quantity in quantities(lines).items()}
        for sale in reversed(self.sales):
            if not any(sale.gone) and sale.holds == wanted:
                return self.refund(sale, list(sale.quantity), day, days)
        back, unknown = {}, []
        for code, quantity, amount in lines:
            for place in reversed(range(len(self.sales))):
                gone = back.get(place, self.sales[place].gone)
                if -quantity > 0 and self.sales[place].left(code, gone) >= -quantity:
                    back[place] = self.sales[place].without(code, -quantity, gone)
                    break
            else:
                unknown.append((code, quantity, amount))
        unknown = coming_back(unknown)
        self.bring_back_unknown(self.accounts[lane(number)], unknown)
        days.take_back(day, lane(number), unknown)
        for place, gone in back.items():
            self.refund(self.sales[place], gone, day, days)
        return None

    def bring_back_unknown(self, account, lines):
        """Goods of no known sale: what they would earn today goes, out of the newest lots first."""
        money = -both(lines)[0]
        left = worth = points_for(money, account.tier()[1])
        for lot in reversed(account.lots):
            taken = min(left, lot.left)
            lot.left -= taken
            left -= taken
        account.debt += left
        account.counted -= worth
        self.totals.update(refunded=money, award_refunded=worth - left)

    def refund(self, sale, gone, day, days):
        """Moves a sale on to the point where so much of each of its lines is gone."""
        money, taken, returned = sale.gone_back()
        pieces = sum(gone) - sum(sale.gone)
        sale.gone = gone
        money_after, taken_after, returned_after = sale.gone_back()
        days.add(day, sale.till, "refund", money_after - money, pieces)
        self.totals.update(refunded=money_after - money)
        self.totals.update(redemption_refunded=returned_after - returned)
        for lot, points in reversed(sale.spent):
            before, after = min(points, returned), min(points, returned_after)
            lot.left += after - before
            returned, returned_after = returned - before, returned_after - after
        from_lot = min(taken_after - taken, sale.lot.left)
        sale.lot.left -= from_lot
        sale.account.debt += taken_after - taken - from_lot
        sale.account.counted -= taken_after - taken
        self.totals.update(award_refunded=from_lot)

    def row(self):
        debt = sum(account.debt for account in self.accounts)
        balance = sum(lot.left for account in self.accounts for lot in account.lots) - debt
        return {**self.totals, "debt": debt, "balance": balance}


def lane(number):
    return int(number) % len(TILLS)


def points_for(payable, factor):
    """A point a pound, times the tier's factor, rounded down once."""
    return max(0, int(payable * factor / 100)) if payable > 0 else 0


def redeem(account, day, total):
    """Takes points out of the oldest lots: a point is a penny."""
    points = min(account.spendable(day), total) // 100 * 100
    spent = []
    if points < 500:
        return spent
    for lot in account.lots:
        part = min(points, lot.left) if lot.available <= day else 0
        if part:
            lot.left -= part
            points -= part
            spent.append((lot, part))
    assert points == 0
    return spent


class Sale:
    """A sale and how much of it has gone back; `spent` is (lot, points) pairs, oldest lot first."""

    def __init__(self, till, account, lines, lot, given, factor, spent):
        self.till = till
        self.codes = [code for code, _, _ in lines]
        self.quantity = [quantity for _, quantity, _ in lines]
        self.holds = quantities(lines)
        self.off = shares(sum(points for _, points in spent), [max(0, amount) for _, _, amount in lines])
        self.net = [amount - off for (_, _, amount), off in zip(lines, self.off)]
        self.account, self.lot, self.given, self.factor, self.spent = account, lot, given, factor, spent
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
        return sum(money), self.given - min(self.given, points_for(kept, self.factor)), part(spent, sum(off), sum(self.off))


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
    members, days = {"-": Member()}, Days()
    for number, day, customer, lines in read_invoices(path):
        member = members.setdefault(customer or "-", Member())
        if number.startswith("C"):
            if customer:
                member.bring_back(number[1:], day, lines, days)
            else:
                goods = coming_back(lines)
                member.totals.update(refunded=-both(goods)[0])
                days.take_back(day, lane(number[1:]), goods)
        elif not number.startswith("A"):
            total = sum(amount for _, _, amount in lines)
            if total < 0:
                continue
            off = member.buy(number, day, lines) if customer else 0
            if not customer:
                member.totals.update(sales=1, spend=total)
            days.sell(day, lane(number), lines, off)
    return members, days


def lot_rows(members):
    for customer, member in sorted(members.items()):
        for till, account in zip(TILLS, member.accounts):
            for lot in account.lots:
                dates = [f"{day:%Y%m%d}" for day in (lot.day, lot.available, lot.expires)]
                yield [customer, till, dates[0], lot.given, lot.left, *dates[1:]]


def tier_rows(members):
    for customer, member in sorted(members.items()):
        for till, account in zip(TILLS, member.accounts):
            if customer != "-":
                yield [customer, till, account.tier()[0], max(0, account.counted)]


def write(file, columns, rows):
    with file.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    directory, (everybody, days) = Path(sys.argv[2]), recompute(sys.argv[1])
    rows = [(customer, member.row()) for customer, member in sorted(everybody.items())]
    write(directory / "members.csv", ["customer", *COLUMNS], ([name, *(row.get(c, 0) for c in COLUMNS)] for name, row in rows))
    write(directory / "lots.csv", LOT_COLUMNS, lot_rows(everybody))
    write(directory / "tiers.csv", TIER_COLUMNS, tier_rows(everybody))
    write(directory / "days.csv", DAY_COLUMNS, days.rows())
