"""Invoices of Online Retail as enrolments, sales and refunds. The rules stand in README.md."""

import csv
import gzip
import lzma
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal

COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


class DataError(Exception):
    """The file is not in the format, with the place and what was expected."""


@dataclass
class Line:
    sku: str
    name: str
    quantity: int
    pence: int


@dataclass
class Invoice:
    number: str
    time: datetime
    customer: str
    lines: list = field(default_factory=list)

    @property
    def at_ms(self):
        return int(self.time.timestamp() * 1000)

    @property
    def date(self):
        return int(self.time.strftime("%Y%m%d"))

    @property
    def is_cancellation(self):
        return self.number.startswith("C")

    @property
    def is_adjustment(self):
        return self.number.startswith("A")

    @property
    def lane(self):
        """Which till: the first for even numbers, the second for odd ones."""
        return int(self.number.lstrip("CA")) % 2

    @property
    def total(self):
        return sum(line.pence for line in self.lines)

    def quantities(self):
        """How much of each stock code; a cancellation's are what comes back."""
        sign = -1 if self.is_cancellation else 1
        summed = Counter()
        for line in self.lines:
            summed[line.sku] += sign * line.quantity
        return dict(summed)

    @property
    def asks_for_points(self):
        return bool(self.customer) and int(self.number) % 3 == 0

    def cart(self, member, points):
        """The fields of CART, see till.c."""
        return self.cart_of(self.lines, self.number, member, points)

    def cart_of(self, lines, receipt, member, points=0):
        fields = [receipt, self.at_ms, 0, self.date, member or "-", points]
        for line in lines:
            fields += [line.sku, line.quantity * 1000, line.pence]
        return fields


def read(path):
    """All invoices of a file, in the order in which they are replayed."""
    name = str(path)
    opener = lzma.open if name.endswith(".xz") else gzip.open if name.endswith(".gz") else open
    invoices = {}
    try:
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames != COLUMNS:
                raise DataError(f"expected the columns {','.join(COLUMNS)}, found {','.join(rows.fieldnames or [])!r}")
            for row in rows:
                add_line(invoices, row)
    except DataError as problem:
        raise DataError(f"{path}, line {rows.line_num}: {problem}") from problem
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError, csv.Error) as problem:
        raise DataError(f"{path}: {problem}") from problem
    if not invoices:
        raise DataError(f"{path}: no invoice in it")
    return sorted(invoices.values(), key=lambda invoice: invoice.time)


def add_line(invoices, row):
    if None in row or None in row.values():
        found = sum(value is not None for name, value in row.items() if name) + len(row.get(None, []))
        raise DataError(f"expected {len(COLUMNS)} fields, found {found}; is the file cut?")
    number = row["InvoiceNo"]
    if not number.removeprefix("C").removeprefix("A").isdecimal():
        raise DataError(f"InvoiceNo: expected digits, with C or A in front of some, found {number!r}")
    if number not in invoices:
        time = parsed(row, "InvoiceDate", read_time, "a time as 2010-12-01 08:26:00")
        invoices[number] = Invoice(number, time, row["CustomerID"].removesuffix(".0"))
    quantity = parsed(row, "Quantity", int, "a whole number")
    price = parsed(row, "UnitPrice", read_price, "an amount as 2.55")
    pence = int((price * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))
    invoices[number].lines.append(Line(row["StockCode"], row["Description"].strip(), quantity, pence))


def parsed(row, column, read_as, expected):
    try:
        return read_as(row[column])
    except (ValueError, ArithmeticError):
        raise DataError(f"{column}: expected {expected}, found {row[column]!r}") from None


def read_time(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)


def read_price(text):
    price = Decimal(text)
    if not price.is_finite() or abs(price) >= 10**9:
        raise ValueError(text)
    return price


@dataclass
class Sold:
    """A sale of a member, with how much of each of its lines has not come back."""

    invoice: Invoice
    left: list

    def is_whole(self):
        return self.left == [max(line.quantity, 0) for line in self.invoice.lines]

    def left_of(self, sku):
        return sum(left for line, left in zip(self.invoice.lines, self.left) if line.sku == sku)

    def take(self, sku, quantity):
        """So much of a stock code, from its first line on: pairs of line and quantity."""
        parts = []
        for place, line in enumerate(self.invoice.lines):
            part = min(self.left[place], quantity) if line.sku == sku else 0
            if part > 0:
                self.left[place] -= part
                quantity -= part
                parts.append((place, part))
        return parts


class SoldBefore:
    """What each member has bought and not brought back: where a cancellation finds its sales."""

    def __init__(self):
        self.by_member = {}

    def add(self, invoice):
        left = [max(line.quantity, 0) for line in invoice.lines]
        self.by_member.setdefault(invoice.customer, []).append(Sold(invoice, left))

    def take_back(self, cancellation):
        """What comes back: pairs of a sale and its parts (None for all of it), and the lines that no sale was found for."""
        if not cancellation.customer:
            return [], cancellation.lines
        latest_first = self.by_member.get(cancellation.customer, [])[::-1]
        wanted = cancellation.quantities()
        for sold in latest_first:
            if sold.is_whole() and sold.invoice.quantities() == wanted:
                sold.left = [0] * len(sold.left)
                return [(sold.invoice, None)], []
        parts, unlinked = {}, []
        for line in cancellation.lines:
            sold = next((sold for sold in latest_first if 0 < -line.quantity <= sold.left_of(line.sku)), None)
            if sold:
                _, taken = parts.setdefault(sold.invoice.number, (sold.invoice, []))
                taken += sold.take(line.sku, -line.quantity)
            else:
                unlinked.append(line)
        return list(parts.values()), unlinked
