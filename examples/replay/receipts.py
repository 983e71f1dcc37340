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
        fields = [self.number, self.at_ms, 0, self.date, member or "-", points]
        for line in self.lines:
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
                raise DataError(f"{path}: expected the columns {','.join(COLUMNS)}; found {rows.fieldnames}")
            for row in rows:
                add_line(invoices, row)
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as problem:
        raise DataError(f"{path}: {problem}") from problem
    except (ValueError, ArithmeticError, TypeError) as problem:
        raise DataError(f"{path}, line {rows.line_num}: {problem!r}") from problem
    if not invoices:
        raise DataError(f"{path}: no invoice in it")
    return sorted(invoices.values(), key=lambda invoice: invoice.time)


def add_line(invoices, row):
    number = row["InvoiceNo"]
    if number not in invoices:
        time = datetime.strptime(row["InvoiceDate"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        invoices[number] = Invoice(number, time, row["CustomerID"].removesuffix(".0"))
    quantity = int(row["Quantity"])
    pence = (Decimal(row["UnitPrice"]) * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP)
    invoices[number].lines.append(Line(row["StockCode"], row["Description"].strip(), quantity, int(pence)))


class SoldBefore:
    """What each member has bought and not brought back: where a cancellation finds its sale."""

    def __init__(self):
        self.by_member = {}

    def add(self, invoice):
        self.by_member.setdefault(invoice.customer, []).append(invoice)

    def take_back(self, cancellation):
        """The sale that comes back as a whole, or None and why it does not."""
        if not cancellation.customer:
            return None, "no member"
        wanted = cancellation.quantities()
        earlier = self.by_member.get(cancellation.customer, [])
        for place in reversed(range(len(earlier))):
            if earlier[place].quantities() == wanted:
                return earlier.pop(place), ""
        linked = set()
        for sku, quantity in wanted.items():
            sales = (sale.number for sale in reversed(earlier) if sale.quantities().get(sku, 0) >= quantity)
            linked.add(next(sales, None))
        if None in linked:
            return None, "no earlier sale has enough left"
        return None, "lines of several sales" if len(linked) > 1 else "part of a sale"
