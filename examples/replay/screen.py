"""What is shown: a progress bar on a terminal, a line at each 10 % elsewhere; tables; receipts."""

import sys
import time

WIDTH = 30


class Progress:
    def __init__(self, label, total, out=sys.stdout):
        self.label, self.total, self.out = label, max(total, 1), out
        self.begun = time.monotonic()
        self.drawn = 0.0
        self.told = 0

    def show(self, done, note=""):
        seconds = time.monotonic() - self.begun
        if self.out.isatty():
            if done < self.total and seconds - self.drawn < 0.1:
                return
            self.drawn = seconds
            full = WIDTH * done // self.total
            left = seconds / done * (self.total - done) if done else 0
            bar = "#" * full + "-" * (WIDTH - full)
            self.out.write(f"\r{self.label} [{bar}] {done:,}/{self.total:,}  {seconds:.0f} s, {left:.0f} s left  {note}\033[K")
            if done >= self.total:
                self.out.write("\n")
        else:
            tenth = 10 * done // self.total
            if tenth <= self.told:
                return
            self.told = tenth
            self.out.write(f"{self.label} {10 * tenth:3d} %  {done:,}/{self.total:,}  {seconds:.0f} s  {note}\n")
        self.out.flush()


def table(headings, rows, last_is_total=False):
    """Text to the left in the first column, numbers to the right."""
    cells = [headings] + [[show(value) for value in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(headings))]
    lines = []
    for number, row in enumerate(cells):
        if number == 1 or (last_is_total and number == len(cells) - 1):
            lines.append("  ".join("-" * width for width in widths))
        first, *rest = [cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join([first, *rest]).rstrip())
    return "\n".join(lines)


def show(value):
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def receipt(title, invoice, payable, loyalty, columns):
    """As the customer sees it: the goods by the POS, then the lines of the library, word for word."""
    def row(left, right):
        return f"{left[:columns - len(right) - 1]:{columns - len(right)}}{right}"

    lines = [row(f"Receipt {invoice.number}", f"{invoice.time:%d %b %Y %H:%M}"), "-" * columns]
    for line in invoice.lines:
        lines.append(row(f"{line.quantity:>3} {line.name.capitalize()}", f"{line.pence / 100:,.2f}"))
    lines.append("-" * columns)
    lines.append(row("Total", f"{invoice.total / 100:,.2f}"))
    lines += [line for line in loyalty if line]
    lines.append(row("To pay, GBP", f"{payable / 100:,.2f}"))
    edge = "+" + "-" * (columns + 2) + "+"
    return "\n".join([f"\n{title}:", edge, *(f"| {line.ljust(columns)} |" for line in lines), edge])
