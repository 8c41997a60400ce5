"""Slow twin of alloy._notation_kernels: one recipe at a time, with regular expressions."""

import math
import re

from magnetkit.elements import ATOMIC_MASS, INDEX

from magnetkit.alloy import _notation_kernels as _notation

FOLDED = {0x2080 + i: str(i) for i in range(10)} | {0x2093: "x"}
FOLDED |= dict.fromkeys((*range(8208, 8214), 8722), "-")
FOLDED |= dict.fromkeys((160, *range(8192, 8204), 8239, 65279), " ")

GAP = r"[ \t\r\n_:=]"
BALANCE = r"(?:[Bb]al(?:ance)?(?![a-z])|BAL)\.?"


def basis_words(short, *long):
    """Words in small letters, or with a capital if a per cent sign follows."""
    words = "|".join((short, *long))
    capital = "|".join(w.capitalize() for w in (short, *long))
    percent = rf"\.?(?:{GAP}|-)*%"
    return rf"(?:(?:{words})(?![a-z])(?:{percent}|\.?)|(?:{capital})(?![a-z]){percent})"


ATOMIC = basis_words("at", "atomic", "mol")
WEIGHT = basis_words("wt", "weight", "mass")
WORDS = [("balance", BALANCE), ("atomic", ATOMIC), ("weight", WEIGHT)]
PATTERNS = [
    *((k, re.compile(rf"[(\[{{]{GAP}*{p}{GAP}*[)\]}}]")) for k, p in WORDS),
    *((k, re.compile(p)) for k, p in WORDS),
    ("percent", re.compile("%")),
    ("number", re.compile(r"[\d.]+", re.ASCII)),
    ("symbol", re.compile(r"[A-Z][a-z]?")),
    ("open", re.compile(r"[(\[{]")),
    ("close", re.compile(r"[)\]}]")),
    ("part", re.compile(r"[,;/]")),
    ("hyphen", re.compile(r"-")),
]


class Fault(Exception):
    pass


class Group:
    def __init__(self, opener="", place=0):
        self.opener = opener
        self.place = place
        self.entries = []  # [symbol, amount or None while it has none, place]
        self.parted = False
        self.balance = None


def bare_places(group):
    return [e for e in group.entries if e[1] is None]


def read(text):
    text = "".join(
        FOLDED.get(ord(c), c if ord(c) < 128 else "\0") for c in text
    )
    groups = [Group()]
    marks = set()
    order = None
    before = None
    pending = None
    pending_balance = None
    at = 0
    first_bare = None
    last_bracket = 0

    def close_bare():
        nonlocal first_bare
        if before == "element" and first_bare is None:
            first_bare = groups[-1].entries[-1]

    while True:
        at += len(re.match(f"{GAP}*", text[at:])[0])
        if at == len(text):
            break
        for kind, pattern in PATTERNS:  # noqa: B007
            match = pattern.match(text, at)
            if match:
                break
        else:
            raise Fault(_notation.UNEXPECTED, at)
        token = match[0]
        end = match.end()
        group = groups[-1]
        top = len(groups) == 1
        if kind in ("atomic", "weight", "percent"):
            marks |= {kind, "percent"}
        elif kind == "number":
            number = re.match(r"\d*\.?\d*", token, re.ASCII)[0]
            if (
                number != token
                or not re.search(r"\d", number)
                or len(number.split(".")[0]) > 18
            ):
                raise Fault(_notation.BAD_NUMBER, at)
            if re.match(r"e|E(?![rus])", text[end:]):
                raise Fault(_notation.EXPONENT, end)
            value = float(number)
            everything = [e for g in groups for e in g.entries]
            if top and order is None:
                only_balance = (
                    len(everything) == 1 and group.balance is everything[0]
                )
                order = (
                    "amount" if not everything or only_balance else "element"
                )
            if top and order == "amount":
                marks.add("amount first")
                if (
                    pending
                    or pending_balance is not None
                    or before in ("element", "bracket")
                ):
                    raise Fault(_notation.FOLLOWS_NOTHING, at)
                pending = (value, at)
                before = None
            elif before == "element":
                group.entries[-1][1] = value
                before = "amount"
            elif before == "bracket":
                for entry in group.entries[-last_bracket:]:
                    entry[1] = value * (1.0 if entry[1] is None else entry[1])
                before = "amount"
            else:
                raise Fault(_notation.FOLLOWS_NOTHING, at)
        elif kind == "balance":
            if before == "bracket" or pending or pending_balance is not None:
                raise Fault(_notation.BALANCE_ALONE, at)
            if group.balance is not None:
                raise Fault(_notation.TWO_BALANCES, at)
            if before == "element":
                group.entries[-1][1] = 0.0
                group.balance = group.entries[-1]
                before = "amount"
            else:
                pending_balance = at
        elif kind == "symbol":
            close_bare()
            if token not in INDEX:
                rest = text[at + 1 :]
                word = (
                    any(re.match(p, rest) for _, p in WORDS)
                    and rest[0].islower()
                )
                if token[0] not in INDEX or not word:
                    raise Fault(_notation.NO_SUCH_ELEMENT, at)
                token = token[0]
                end = at + 1
            entry = [token, None, at]
            before = "element"
            group.entries.append(entry)
            if pending_balance is not None:
                group.balance = entry
                entry[1] = 0.0
                before = "amount"
                pending_balance = None
            elif top and pending:
                entry[1] = pending[0]
                before = "amount"
                pending = None
        elif kind == "open":
            close_bare()
            if pending_balance is not None:
                raise Fault(_notation.BALANCE_ALONE, pending_balance)
            groups.append(Group(token, at))
            before = None
        elif kind == "close":
            close_bare()
            if {"(": ")", "[": "]", "{": "}"}.get(group.opener) != token:
                raise Fault(_notation.CLOSES_NOTHING, at)
            if pending_balance is not None:
                raise Fault(_notation.BALANCE_ALONE, pending_balance)
            if not group.entries:
                raise Fault(_notation.EMPTY_BRACKET, group.place)
            bare = bare_places(group)
            if group.parted and bare:
                raise Fault(_notation.AMBIGUOUS_BRACKET, group.place)
            if len(bare) == 2 and sorted(e[0] for e in group.entries) == [
                "Nd",
                "Pr",
            ]:
                raise Fault(_notation.PAIR, group.place)
            for entry in bare:
                entry[1] = 1.0
            if group.balance:
                total = sum(e[1] for e in group.entries)
                if total >= 1:
                    raise Fault(_notation.NOTHING_LEFT, group.place)
                group.balance[1] = 1 - total
            groups.pop()
            groups[-1].entries += group.entries
            last_bracket = len(group.entries)
            before = "bracket"
            if len(groups) == 1 and pending:
                for entry in group.entries:
                    entry[1] *= pending[0]
                pending = None
                before = "amount"
        elif kind == "part":
            close_bare()
            group.parted = True
            before = None
        elif kind == "hyphen":
            close_bare()
            adjacent = at > 0 and not re.match(rf"{GAP}|[,;/-]", text[at - 1])
            amount_next = re.match(r"[\d.]", text[at + 1 : at + 2], re.ASCII)
            follows = top and order != "element" and before == "amount"
            if amount_next and not (follows and adjacent):
                raise Fault(_notation.NEGATIVE, at)
            group.parted = True
            before = None
        at = end
    close_bare()
    top = groups[0]
    if len(groups) > 1:
        raise Fault(_notation.NEVER_CLOSED, groups[-1].place)
    if pending:
        raise Fault(_notation.FOLLOWS_NOTHING, pending[1])
    if pending_balance is not None:
        raise Fault(_notation.BALANCE_ALONE, pending_balance)
    bare = bare_places(top)
    if not top.entries or (
        [e[0] for e in top.entries] == ["Na", "N"] and len(bare) == 2
    ):
        raise Fault(_notation.EMPTY, 0)
    if top.parted and bare:
        raise Fault(_notation.NO_AMOUNT, first_bare[2])
    for entry in bare:
        entry[1] = 1.0
    return top, marks, first_bare


def parse(text, basis="auto"):
    """Return (code, place, {column: atomic fraction})."""
    try:
        if len(text) > _notation.LONGEST:
            raise Fault(_notation.TOO_LONG, -1)
        top, marks, first_bare = read(text)
        total = sum(e[1] for e in top.entries)
        if not total < math.inf:
            raise Fault(_notation.OUT_OF_RANGE, -1)
        percent = abs(total - 100) <= 0.5 + 1e-9
        whole = percent or abs(total - 1) <= 0.005 + 1e-9
        if {"atomic", "weight"} <= marks:
            raise Fault(_notation.TWO_BASES, -1)
        mark = next((b for b in ("atomic", "weight") if b in marks), None)
        if mark and basis not in ("auto", mark):
            raise Fault(_notation.OTHER_BASIS, -1)
        basis = mark or basis
        recipe = bool(top.balance or marks or basis == "weight")
        if recipe and first_bare:
            raise Fault(_notation.NO_AMOUNT, first_bare[2])
        if top.balance:
            if total >= 100:
                raise Fault(_notation.NOTHING_LEFT, -1)
            top.balance[1] = 100 - total
        elif recipe and not whole:
            raise Fault(_notation.BAD_SUM, -1)
        # PrNd30.5: a charge of both, or praseodymium and 30.5 of neodymium.
        pair = (
            top.entries[top.entries.index(first_bare) :][:2]
            if first_bare
            else []
        )
        charge = sorted(e[0] for e in pair) == ["Nd", "Pr"] and pair[1][1] > 10
        if basis == "auto" and (recipe or percent or charge):
            raise Fault(_notation.NAME_BASIS, -1)
        amounts = {}
        for symbol, amount, _ in top.entries:
            column = INDEX[symbol]
            atoms = (
                amount / ATOMIC_MASS[column] if basis == "weight" else amount
            )
            if atoms > 0:
                amounts[column] = amounts.get(column, 0.0) + atoms
        total = sum(amounts.values())
        if total == 0:
            raise Fault(_notation.ZERO, -1)
        if min(amounts.values()) / total < _notation.SMALLEST_FRACTION:
            raise Fault(_notation.OUT_OF_RANGE, -1)
    except Fault as fault:
        return (*fault.args, {})
    return _notation.FINE, -1, {c: amounts[c] / total for c in sorted(amounts)}
