"""Names of commercial grades: which texts are one, and which known grade a text means.

Only the standard library is used, since the composition reader asks here about every odd text.
"""

import difflib
import re
import unicodedata
from functools import lru_cache
from typing import Any

from .._core import datasets
from .._core._arguments import check_arguments
from .._core.errors import InputError

VALUES_FILE = "grades/values.csv"
SECOND_FILE = "grades/secondhand.csv"

_LONGEST = 60
"""Largest number of characters of a grade's name."""

_FAMILIES = (
    r"sm2\(co,fe(?:,cu,zr)?\)17|sm2(?:co|tm)17|smco5|smco|samarium[ -]?cobalt|"
    r"nd2fe14b|nd-?fe-?b|neo(?:dymium)?"
)
_WORDS = (
    r"sintered|bonded|hot[ -]?deformed|grade|magnet|magnets|ferrite|ceramic"
)
_MAKERS = (
    r"arnold|integrated magnetics|magnet sales|electron energy|eec|horizon|intemag|alliance|"
    r"k&j|shin-?etsu|vormag|hgt|mpco|mag spring|magnet power|awork|risheng|shanghai magnet|"
    r"china magnet factory|magnetsearcher|advanced magnets|aic|sdsdxt|taihan|sinowin|magnova|lihe|"
    r"eclipse|bomatec|jingxin|dura|vacuumschmelze|vac|xingyuan|mainrich|tmc|e-magnets|metalmat"
)
_PREFIX = re.compile(
    rf"^(?:{_FAMILIES}|{_WORDS}|{_MAKERS})[\s:_,/-]+", re.IGNORECASE
)
_OTHER_FAMILY = re.compile(r"^\s*(?:sm|alnico|ferrite|ceramic)", re.IGNORECASE)
_MAKER_ALONE = re.compile(r"^EEC(?=[\d:])", re.IGNORECASE)
_SUFFIX = re.compile(
    r"\s*(?:\([^()]*\)|\bgrade|\bmagnets?)\s*$", re.IGNORECASE
)

# A formula may be written like these grades: they need the blank or letter that tells them apart.
_BLANK_NEEDED = re.compile(r"^\s*SmCo\s*\d+\s*$", re.IGNORECASE)
_WITH_BLANK = re.compile(r"^\s*SmCo[\s_-]+\d+\s*$", re.IGNORECASE)

# How sintered Nd-Fe-B is named the world over: (BH)max in MGOe, then the class of coercivity.
_SHAPE = re.compile(
    r"^N-?\s?(2[4-9]|[3-5]\d|6[0-5])\s?-?(M|H|SH|UH|EH|AH|TH|VH|BH)?[XTZG]?$"
)
_SHAPE_OTHER = re.compile(
    r"^(?:YXG?-?\d{2}[A-Z]?|XGS?-?\d{2}[A-Z]?|Recoma[ -]?\d{2}[A-Z]*|EEC[ -]?[\d:].*)$"
)


def _normalize(text: str) -> str:
    """Return a name as it is compared: letters and digits alone, in lower case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


@lru_cache(maxsize=1)
def grade_names() -> tuple[str, ...]:
    """Return the names of all grades of the catalogue, as makers write them.

    A name is such as "N42SH". Each stands once, in the order of the data files. The result is
    cached.
    """
    names: dict[str, None] = {}
    for file in (VALUES_FILE, SECOND_FILE):
        names |= dict.fromkeys(
            row["grade"] for row in datasets.rows(file) if row["grade"]
        )
    return tuple(names)


@lru_cache(maxsize=1)
def _keys() -> dict[str, str]:
    """Return the names of the known grades by each normalized form that people write them in.

    Names are as makers write them, such as "N42SH". Keys are as of `_normalize`, such as "n42sh",
    "42sh" and "vacodym655". Of two grades with one key the first counts. The dict is cached and
    must not be changed.
    """
    keys = {_normalize(name): name for name in grade_names()}
    for name in grade_names():
        for bare in _strip_affixes(name):
            short = _normalize(bare)
            if any(c.isalpha() for c in short):
                keys.setdefault(short, name)
        # "42SH", as the trade says for N42SH; a bare 42 is no grade.
        if _SHAPE.match(name) and name[-1].isalpha():
            keys.setdefault(_normalize(name[1:]), name)
        # "VACODYM 655" is the one of its name.
        if (short := re.sub(r" [A-Z]+$", "", name)) != name and any(
            map(str.isdigit, short)
        ):
            keys.setdefault(_normalize(short), name)
    return keys


def _strip_affixes(text: str) -> list[str]:
    """Return the forms of a text without its endings and, step by step, without its prefixes.

    Parameters
    ----------
    text : str
        Name such as "Sm2Co17 YXG22 (Intemag)": endings are such as "(Intemag)", prefixes such as
        "Sm2Co17" or a maker's name.

    Returns
    -------
    list of str
        The text without endings first, then one form shorter by each prefix: here "Sm2Co17 YXG22"
        and "YXG22". There is always one form at least.
    """
    text = text.strip()
    while (shorter := _SUFFIX.sub("", text)) != text:
        text = shorter
    forms = [text]
    while (shorter := _MAKER_ALONE.sub("", _PREFIX.sub("", text))) != text:
        text = shorter.strip()
        forms.append(text)
    return forms


@check_arguments
def find(text: str) -> str | None:
    """Return the known grade that a text names, None where it names none.

    Parameters
    ----------
    text : str
        A name with or without maker and family: ``"N42SH"``, ``"EEC 2:17TC-16"``, ``"Sm2Co17
        YXG22"``, ``"N3330 (Intemag)"``. Case, blanks and signs make no difference, but that "SmCo"
        and a number without a blank is a formula. An empty text, or one of over 60 characters,
        names none.

    Returns
    -------
    str or None
        The name as the maker writes it.

    Examples
    --------
    >>> find("Sm2Co17 YXG22"), find("2:17TC-16"), find("SmCo5")
    ('YXG22', 'EEC 2:17TC-16', None)
    """
    if not text or len(text) > _LONGEST:
        return None
    if _BLANK_NEEDED.match(text) and not _WITH_BLANK.match(text):
        return None
    forms = map(_normalize, _strip_affixes(text))
    name = next(filter(None, map(_keys().get, forms)), None)
    # "SmCo 33H" is no N33H.
    if name and _SHAPE.match(name) and _OTHER_FAMILY.match(text):
        return None
    return name


@check_arguments
def is_grade(text: str) -> bool:
    """Return whether a text is the name of a grade, known or of the form that makers use.

    Parameters
    ----------
    text : str
        What a user gave. An empty text, or one of over 60 characters, is none.

    Returns
    -------
    bool
        True for ``"N42SH"`` and for ``"N60SH"``, which nobody sells; False for formulas.

    Examples
    --------
    >>> [is_grade(text) for text in ("N42SH", "N60SH", "N", "Sm2Co17", "Nd2Fe14B")]
    [True, True, False, False, False]
    """
    if not text or len(text) > _LONGEST:
        return False
    if find(text) is not None:
        return True
    return any(
        _SHAPE.match(f) or _SHAPE_OTHER.match(f) for f in _strip_affixes(text)
    )


def find_grades(given: Any) -> list[str | None]:
    """Return the known grade of each text of a list; an empty list if no text names a grade.

    Parameters
    ----------
    given : object
        A text, a list or tuple of texts, or anything else, which names no grade.

    Returns
    -------
    list of str or None
        One name for each entry, in order, None for an entry that is no text or names no grade.
        Without any grade the list is empty.
    """
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple):
        return []
    names = [find(text) if isinstance(text, str) else None for text in given]
    if any(names):
        return names
    return []


def refuse_recipe_options(grade: str, process: Any, shell: Any) -> None:
    """Raise InputError if `process` or `shell`, which belong to a recipe, is given with a grade.

    Parameters
    ----------
    grade : str
        Name of the grade, such as "N42SH", for the message.
    process, shell : object
        What the user gave, None for nothing.
    """
    if process is not None or shell is not None:
        raise InputError(
            f"process and shell are of a recipe; {grade} is a grade: leave them out, or give what "
            "it is made of"
        )


def parse_class(text: str) -> tuple[int, str] | None:
    """Split a name like those of sintered Nd-Fe-B into (BH)max in MGOe and class.

    Parameters
    ----------
    text : str
        Name of a grade; maker and family before it and endings behind it are
        taken off. It is "N", a number of 24 to 65, and M, H, SH, UH, EH, AH,
        TH, VH, BH or no letters; a last X, T, Z or G is passed over. A blank
        or hyphen may stand between them. Case makes no difference. "42SH"
        without its N is of another form. Whether such a grade is sold does not
        matter.

    Returns
    -------
    (int, str) or None
        (BH)max, MGOe, and the letters behind it, "N" for none. None for a name of another form.

    Examples
    --------
    >>> parse_class("N44UH"), parse_class("N50"), parse_class("Recoma 28")
    ((44, 'UH'), (50, 'N'), None)
    """
    match = next(
        filter(None, map(_SHAPE.match, _strip_affixes(text.upper()))), None
    )
    if match is None:
        return None
    return (int(match[1]), match[2] or "N")


def nearest_grades(text: str) -> list[str]:
    """Return at most five known grades whose names are most like a text, best first.

    Parameters
    ----------
    text : str
        A name that is not known. Only grades whose names begin with the same letters count, or with
        nearly these: ``"Y31"`` is like ``"Y30"``, not like ``"N31"``.

    Returns
    -------
    list of str
        Names as makers write them; empty if none is like it.
    """
    # Of "SmCo 33H" the family is needed: "33H" alone is another's, as are figures alone.
    letters = any(map(str.isalpha, _strip_affixes(text)[-1]))
    part = -1 if letters and not _OTHER_FAMILY.match(text) else 0
    bare = _normalize(_strip_affixes(text)[part])
    by_key = {
        _normalize(_strip_affixes(name)[part]): name for name in grade_names()
    }
    kind = _letters(bare)
    known_kinds = sorted({_letters(key) for key in by_key})
    kinds = [kind]
    if kind not in known_kinds:
        kinds = difflib.get_close_matches(kind, known_kinds, n=3, cutoff=0.6)
    figure = _figure(bare)
    shape = parse_class(text)

    def off(key: str) -> tuple[bool, float]:
        """Return a sort key that says how unlike `bare` a name is; less is nearer.

        `key` is the normalized name of a known grade, of ``by_key``. The first entry is True for a
        name of another class of coercivity, which comes last. The second adds up differences in
        letters and in the first number. A smaller tuple sorts first.
        """
        other = (
            shape is not None
            and (parse_class(by_key[key]) or (0, ""))[1] != shape[1]
        )
        unlike = 1.0 - difflib.SequenceMatcher(None, bare, key).ratio()
        return other, unlike + min(abs(_figure(key) - figure), 10) / 20.0

    candidates = [
        key
        for key in by_key
        if not kinds or not kind or _letters(key) in kinds
    ]
    close = difflib.get_close_matches(
        bare, candidates, n=len(candidates) or 1, cutoff=0.4
    )
    return [by_key[key] for key in sorted(close, key=off)[:5]]


def _letters(key: str) -> str:
    """Return the letters before the first figure: what kind of magnet a name says it is."""
    return re.split(r"\d", key, maxsplit=1)[0]


def _figure(key: str) -> int:
    """Return the first number in a name, such as 42 of "n42sh"; 0 without one."""
    match = re.search(r"\d+", key)
    if match:
        return int(match[0])
    return 0


def refusal(text: str) -> str | None:
    """Say why a text that names a grade is not read as a composition.

    Parameters
    ----------
    text : str
        What stands in place of a recipe.

    Returns
    -------
    str or None
        A sentence that names the grade or, where nobody sells it, near ones. None if the text names
        no grade; "N99SH" is none, since they go from N24 to N65. It has no point at its end.
    """
    if not is_grade(text):
        return None
    name = find(text)
    if name is None:
        suggestions = ", ".join(nearest_grades(text))
        return f"looks like the name of a grade, which nobody is known to sell; near it are {suggestions}"
    return (
        f"{name} is a commercial grade, whose makers print no composition: `magnetkit grades "
        f"'{name}'` says what it is, `magnetkit replace '{name}'` what it is thought to be made "
        f"of, `magnetkit predict --compare '{name}'` its margin and, with OTHER, the thickness of another "
        "for its flux; give a recipe to predict one"
    )
