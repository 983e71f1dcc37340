#!/usr/bin/env python3
"""Rings up real receipts at a till and lets head office prove the sums. README.md says how.

    replay.py DATA --till TILL --loy LOY --programme FILE --work DIRECTORY
"""

import argparse
import csv
import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import receipts
import screen
from office import Office, OfficeError
from till import COMMITTED, REFUNDED, Found, Till, TillError, read_sale

HERE = Path(__file__).resolve().parent
ENOUGH_TO_ASK = 500
RECEIPT_COLUMNS = 40
DAYS_SHOWN = 15
TILLS = ["till-1", "till-2"]
DAY_COLUMNS = ["business_date", "till", "kind"]
LOT_COLUMNS = ["member", "till", "earned_on", "earned", "remaining", "available_from", "expires_on"]


class Day:
    """What happened on one trading day; also the sum of several."""

    COUNTED = ("sales", "members", "refunds", "in_parts", "unlinked", "awarded", "redeemed", "batches", "bytes")

    def __init__(self, name):
        self.name = name
        self.seconds = []
        for counted in self.COUNTED:
            setattr(self, counted, 0)

    def add(self, other):
        for counted in self.COUNTED:
            setattr(self, counted, getattr(self, counted) + getattr(other, counted))
        self.seconds += other.seconds

    def row(self):
        ordered = sorted(self.seconds)
        ms = [1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.99)] if ordered else [None] * 2
        size = self.bytes / self.sales if self.bytes and self.sales else None
        return [self.name, self.sales, self.members, self.refunds, self.in_parts, self.unlinked, self.awarded, self.redeemed, self.batches, size, *ms]

    HEADINGS = ["day", "sales", "members", "refunds", "in parts", "unlinked", "awarded", "redeemed", "batches", "bytes/sale", "p50 ms", "p99 ms"]


class Replay:
    def __init__(self, invoices, tills, office, work):
        self.invoices, self.tills, self.office, self.work = invoices, tills, office, work
        self.members = {}
        self.sold = receipts.SoldBefore()
        self.skipped = {}
        self.days = []
        self.batches = []
        self.checks = []
        self.shown = {}
        self.redeemed = set()
        self.unlinked_lines = 0
        self.accidents = self.plan_accidents()

    # The accidents -----------------------------------------------------------------------------

    def plan_accidents(self):
        """What goes wrong, and from which invoice on: one, two, three and four fifths through."""
        accidents = [self.post_twice, self.kill_before_payment, self.kill_after_payment, self.kill_during_commit]
        return [(fifth * len(self.invoices) // 5, accident) for fifth, accident in enumerate(accidents, 1)]

    def accident_at(self, place, points):
        """The next accident that is due. It waits for a sale that spends points, but not until the end."""
        if self.accidents and place >= self.accidents[0][0] and (points or place >= len(self.invoices) * 9 // 10):
            return self.accidents.pop(0)[1]
        return None

    def post_twice(self, till, invoice, cart):
        first = till.sale("sale", f"sale-{invoice.number}", *cart)
        again = till.sale("sale", f"sale-{invoice.number}", *cart)
        same = again == first._replace(replayed=1) and first.replayed == 0
        self.check(same, f"sale {invoice.number} posted twice with one operation id: the first answer again", f"{first}, then {again}")
        return first

    def kill_before_payment(self, till, invoice, cart):
        held = till.sale("authorise", f"auth-{invoice.number}", *cart)
        till.kill()
        found = till.start()
        told = f"till killed before the customer of {invoice.number} was asked to pay: voided at the start, rung up again"
        self.check(found == Found(voided=1, unresolved=[]), told, f"{found}, {held}")
        return self.sell_held(till, invoice, cart, "-again")

    def kill_after_payment(self, till, invoice, cart):
        held = till.sale("authorise", f"auth-{invoice.number}", *cart)
        till.sale("pay", held.id)
        # Here the customer pays: the terminal knows it, and the till does not.
        till.kill()
        found = till.start()
        sale = till.sale("commit", f"commit-{invoice.number}", held.id)
        again = till.sale("receipt", invoice.number, invoice.date, RECEIPT_COLUMNS)
        once = sale.state == again.state == COMMITTED and sale.id == again.id == held.id and till.ask("pending")[0] == "0"
        told = f"till killed after the customer of {invoice.number} had paid: told at the start, committed, there once"
        self.check(found == Found(voided=0, unresolved=[held.id]) and once, told, f"{found}, {sale}")
        return sale

    def kill_during_commit(self, till, invoice, cart):
        held = till.sale("authorise", f"auth-{invoice.number}", *cart)
        till.sale("pay", held.id)
        commit = ("commit", f"commit-{invoice.number}", held.id)
        till.kill_during(*commit)
        found = till.start()
        sale = till.sale(*commit)
        once = found.voided == 0 and sale.id == held.id and sale.state == COMMITTED
        self.check(once, f"till killed during the commit of {invoice.number}: committed once", f"{found}, {sale}")
        return sale

    def check(self, holds, told, found=""):
        """Notes whether something held; None is what there was no chance to see."""
        self.checks.append((holds, f"{told} - found: {found}" if holds is False else told))

    # The day at the till -----------------------------------------------------------------------

    def run(self):
        progress = screen.Progress("replay", len(self.invoices))
        for place, invoice in enumerate(self.invoices):
            if not self.days or self.days[-1].name != str(invoice.time.date()):
                self.end_day()
                self.days.append(Day(str(invoice.time.date())))
            self.enrol(invoice)
            if is_sale(invoice):
                self.sell(place, invoice)
            elif invoice.is_cancellation:
                self.cancel(invoice)
            else:
                self.skip("adjustment" if invoice.is_adjustment else "invoice below zero", len(invoice.lines))
            progress.show(place + 1, self.days[-1].name)
        self.end_day(last=True)
        for _, accident in self.accidents:
            self.check(None, f"{accident.__name__}: no sale was left for it")

    def till_of(self, invoice):
        return self.tills[invoice.lane]

    def enrol(self, invoice):
        if invoice.customer and invoice.customer not in self.members:
            when = (invoice.at_ms, 0, invoice.date)
            answer = self.till_of(invoice).ask("enrol", f"enrol-{invoice.customer}", *when, "card", invoice.customer)
            self.members[invoice.customer] = answer[0]
            self.days[-1].members += 1

    def sell(self, place, invoice):
        till = self.till_of(invoice)
        points = self.points_to_ask_for(till, invoice)
        accident = self.accident_at(place, points)
        cart = invoice.cart(self.members.get(invoice.customer), points)
        begun = time.perf_counter()
        if accident:
            sale = accident(till, invoice, cart)
        elif points:
            sale = self.sell_held(till, invoice, cart)
        else:
            sale = till.sale("sale", f"sale-{invoice.number}", *cart)
        if not accident:
            self.days[-1].seconds.append(time.perf_counter() - begun)
        if sale.state != COMMITTED:
            raise TillError(f"sale {invoice.number} should be committed, found {sale}")
        self.note_sale(invoice, sale)

    def sell_held(self, till, invoice, cart, attempt=""):
        """Authorised, paid, committed: points are reserved before the customer pays."""
        held = till.sale("authorise", f"auth-{invoice.number}{attempt}", *cart)
        till.sale("pay", held.id)
        return till.sale("commit", f"commit-{invoice.number}{attempt}", held.id)

    def points_to_ask_for(self, till, invoice):
        if not invoice.asks_for_points:
            return 0
        card = json.loads(till.ask("balance", self.members[invoice.customer], invoice.date)[0])
        spendable = card["wallets"][0]["spendable"]
        return spendable if spendable >= ENOUGH_TO_ASK else 0

    def note_sale(self, invoice, sale):
        day = self.days[-1]
        day.sales += 1
        day.awarded += sale.awarded
        day.redeemed += sale.redeemed
        self.unlinked_lines += sum(line.quantity < 0 for line in invoice.lines)
        if invoice.customer:
            self.sold.add(invoice)
        if sale.redeemed:
            self.redeemed.add(invoice.number)
        kind = "spends points" if sale.redeemed else "earns points" if sale.awarded else "is nobody's"
        if kind not in self.shown and 2 <= len(invoice.lines) <= 8:
            self.shown[kind] = self.receipt(invoice)

    def cancel(self, invoice):
        """One refund for each sale that goods of the cancellation come from, and one of what no sale was found for."""
        returns, unlinked = self.sold.take_back(invoice)
        goods = [line for line in unlinked if line.quantity < 0 and line.pence <= 0]
        self.skip("no goods come back", len(unlinked) - len(goods))
        if goods:
            receipt = f"{invoice.number}-0"
            cart = invoice.cart_of(goods, receipt, self.members.get(invoice.customer))
            self.till_of(invoice).ask("unlinked", f"refund-{receipt}", *cart)
            self.days[-1].unlinked += 1
            self.unlinked_lines += len(goods)
        when = (invoice.at_ms, 0, invoice.date)
        for place, (sold, parts) in enumerate(returns):
            receipt = invoice.number if place == 0 else f"{invoice.number}-{place + 1}"
            command = "refund" if parts is None else "return"
            numbers = [number for line, quantity in parts or () for number in (line, quantity * 1000)]
            back = self.till_of(sold).sale(command, f"refund-{receipt}", sold.number, sold.date, receipt, *when, *numbers)
            if back.state != REFUNDED and (parts is None or back.state != COMMITTED):
                raise TillError(f"sale {sold.number} should be refunded by {receipt}, found {back}")
            self.days[-1].refunds += 1
            self.days[-1].in_parts += parts is not None

    def skip(self, why, lines=1):
        if lines:
            self.skipped[why] = self.skipped.get(why, 0) + lines

    def receipt(self, invoice):
        *sale, lines = self.till_of(invoice).ask("receipt", invoice.number, invoice.date, RECEIPT_COLUMNS)
        return invoice, read_sale(sale).payable, lines.split("\\n")

    # The evening -------------------------------------------------------------------------------

    def end_day(self, last=False):
        """Closes the day at both tills and sends their batches, which head office takes in twice; each third day nothing is sent."""
        if not self.days:
            return
        date = self.days[-1].name.replace("-", "")
        for till in self.tills:
            till.ask("close", f"close-{date}", date)
            till.ask("idle")
        if len(self.days) % 3 == 0 and not last:
            return
        for till in self.tills:
            while self.send_batch(till):
                pass

    def send_batch(self, till):
        file = self.work / "batches" / f"batch-{len(self.batches) + 1:04}.loyb"
        entries, size = map(int, till.ask("export", file))
        if entries == 0:
            return False
        outcomes = [self.office.ingest([file], self.work / "acknowledgements")[0] for _ in range(2)]
        if [outcome for outcome, _ in outcomes] != ["applied", "known"]:
            raise OfficeError(f"{file} taken in twice should be applied, then known; found {outcomes}")
        till.ask("ack", outcomes[0][1])
        self.batches.append(file)
        self.days[-1].batches += 1
        self.days[-1].bytes += size
        return True


def is_sale(invoice):
    return not (invoice.is_cancellation or invoice.is_adjustment) and invoice.total >= 0


# Head office against the CSV -------------------------------------------------------------------


def compare(told, expected, members):
    """Differences between head office's table and the recomputed one, a line a member."""
    differences = []
    numbers = {members.get(customer): customer for customer in expected if customer != "-"}
    for number, customer in sorted(numbers.items(), key=lambda item: item[1]):
        if number not in told:
            differences.append(f"customer {customer}: not known to head office")
            continue
        wrong = [
            f"{column} should be {value:,}, head office has {told[number][column]:,}"
            for column, value in expected[customer].items() if told[number][column] != value
        ]
        if wrong:
            differences.append(f"customer {customer}, member {number}: {'; '.join(wrong)}")
    differences += [f"member {number}: known to head office only" for number in told if number not in numbers]
    return differences


def compare_sums(sums, expected):
    """The same for all sales and refunds together, those without a member included."""
    sales = (sum(row["sales"] for row in expected.values()), sum(row["spend"] for row in expected.values()))
    refunded = sum(row["refunded"] for row in expected.values())
    differences = []
    if sums.get("commit", (0, 0)) != sales:
        differences.append(f"all sales: count and amount should be {sales}, head office has {sums.get('commit')}")
    if sums.get("refund", (0, 0))[1] != refunded:
        differences.append(f"all refunds: the amount should be {refunded}, head office has {sums.get('refund')}")
    return differences


def compare_lots(told, expected, members):
    """Every lot that only one of both knows, or knows otherwise; equal ones are matched one by one."""
    known = Counter(tuple(row[column] for column in LOT_COLUMNS) for row in told)
    worked_out = Counter((members[row["customer"]], *(row[column] for column in LOT_COLUMNS[1:])) for row in expected)
    differences = [f"lot of {' '.join(lot)}: known to head office only" for lot in (known - worked_out).elements()]
    return differences + [f"lot of {' '.join(lot)}: not known to head office" for lot in (worked_out - known).elements()]


def compare_days(told, expected):
    """What was sold and what came back each day: by head office's entries, and by the lines it was sent."""
    def rows(table, money):
        return {tuple(row[column] for column in DAY_COLUMNS): (row[money], row["quantity_milli"]) for row in table}

    worked_out, by_entries, by_lines = rows(expected, "amount"), rows(told, "amount"), rows(told, "net")
    return [
        f"{' '.join(place)}: should be {worked_out.get(place)}, head office has {by_entries.get(place)}, by lines {by_lines.get(place)}"
        for place in sorted({*worked_out, *by_entries})
        if not worked_out.get(place) == by_entries.get(place) == by_lines.get(place)
    ]


def compare_tiers(tills, expected, members, last):
    """Each member's tier as each till tells it, in the quote of a bag that costs nothing."""
    differences = []
    for row in expected:
        till = tills[TILLS.index(row["till"])]
        bag = ("bag", last.at_ms, 0, last.date, members[row["customer"]], 0, "bag", 1000, 0)
        tier = json.loads(till.ask("evaluate", *bag)[0])["tier"]
        if (tier["tier"], tier["counted"]) != (row["tier"], int(row["counted"])):
            differences.append(f"tier of customer {row['customer']} at {row['till']}: should be {row['tier']}, {row['counted']}; found {tier}")
    return differences


def read_rows(file):
    return list(csv.DictReader(file.open(newline="")))


def read_expected(file):
    rows = csv.DictReader(file.open(newline=""))
    return {row.pop("customer"): {column: int(value) for column, value in row.items()} for row in rows}


def shuffled_and_twice(batches):
    """Every batch twice, in an order that is the same each time."""
    order = batches * 2
    random.Random(352).shuffle(order)
    return order


# What is shown ---------------------------------------------------------------------------------


def by_period(days):
    """The days, or if they are many, the months."""
    if len(days) <= DAYS_SHOWN:
        return days
    months = {}
    for day in days:
        months.setdefault(day.name[:7], Day(day.name[:7])).add(day)
    return list(months.values())


def report(replay, ledgers, seconds):
    for kind, (invoice, payable, lines) in replay.shown.items():
        print(screen.receipt(f"A sale that {kind}", invoice, payable, lines, RECEIPT_COLUMNS))
    periods = by_period(replay.days)
    total = Day("all")
    for period in periods:
        total.add(period)
    print("\n" + screen.table(Day.HEADINGS, [period.row() for period in [*periods, total]], last_is_total=True))
    size = sum(file.stat().st_size for ledger in ledgers for file in ledger.parent.glob(ledger.name + "*"))
    print(f"\n{total.sales:,} sales at {len(ledgers)} tills in {seconds:.0f} s; ledgers {size:,} bytes, {size // max(total.sales, 1):,} a sale")
    if replay.skipped:
        print("\n" + screen.table(["skipped, see README.md", "lines"], sorted(replay.skipped.items())))
    print()
    for holds, told in replay.checks:
        print(f"{ {True: 'ok', False: 'FAILED', None: 'not played'}[holds]:10} {told}")


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    for name in ("--till", "--loy", "--programme", "--work"):
        parser.add_argument(name, type=Path, required=True)
    return parser.parse_args()


def main():
    arguments = read_arguments()
    work = arguments.work
    invoices = receipts.read(arguments.data)
    shutil.rmtree(work, ignore_errors=True)
    (work / "batches").mkdir(parents=True)
    recomputed = work / "recomputed"
    recomputed.mkdir()
    recompute = subprocess.Popen([sys.executable, HERE / "recompute.py", arguments.data, recomputed])

    office = Office(arguments.loy, work / "office")
    office.init("Online Retail")
    tills, ledgers = [], []
    for name in TILLS:
        provisioning, ledger = work / f"{name}.provisioning", work / name / "ledger.loy"
        ledger.parent.mkdir()
        code = office.provision("london", name, arguments.programme, "en", provisioning)
        tills.append(Till(arguments.till, ledger, work / f"{name}.log"))
        tills[-1].start(provisioning, code)
        ledgers.append(ledger)
    shutil.copytree(work / "office", work / "second-office")

    replay = Replay(invoices, tills, office, work)
    begun = time.monotonic()
    replay.run()
    seconds = time.monotonic() - begun
    if recompute.wait() != 0:
        sys.exit("recompute.py failed")
    lots, tiers, days = (read_rows(recomputed / name) for name in ("lots.csv", "tiers.csv", "days.csv"))
    tier_differences = compare_tiers(tills, tiers, replay.members, invoices[-1])
    for till in tills:
        till.close()
    findings = [office.verify(ledger) for ledger in ledgers]
    replay.check(not any(findings), "loy verify: the ledgers of both tills are sound", findings)

    second = Office(arguments.loy, work / "second-office")
    second.ingest(shuffled_and_twice(replay.batches), work / "second-acknowledgements")
    told = office.members()
    same = second.members() == told and second.digest() == office.digest() and second.baskets() == office.baskets()
    replay.check(same, f"second head office, all {len(replay.batches)} batches twice and shuffled: same members, same digest", "others")

    unlinked = office.unlinked()
    found = [row for row in unlinked if row["sale_seq"]]
    nothing = f"loy office unlinked: {len(unlinked):,} lines came back without a sale; no member had bought them before, and no sale is told"
    replay.check(len(unlinked) == replay.unlinked_lines and not found, nothing, f"{len(unlinked)} of {replay.unlinked_lines}, {found[:2]}")

    report(replay, ledgers, seconds)
    expected = read_expected(recomputed / "members.csv")
    differences = compare(told, expected, replay.members) + compare_sums(office.sums(), expected)
    differences += compare_lots(office.lots(), lots, replay.members) + tier_differences
    differences += compare_days(office.baskets(), days)
    for difference in differences[:10]:
        print(f"       {difference}")
    each = len(next(iter(expected.values())))
    print(f"\ncompared: {len(replay.members):,} members, {each} totals of each, debts among them; {len(lots):,} lots with their dates; {len(tiers):,} tiers; {len(days):,} sums of a day's lines")
    print(f"differences: {len(differences):,}")
    print(f"head office agrees: {'no' if differences else 'yes'}")
    return 1 if differences or any(holds is False for holds, _ in replay.checks) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (receipts.DataError, TillError, OfficeError) as problem:
        sys.exit(f"\n{problem}")
