"""Money is whole pence in an int; this module reads, writes, splits and averages it without losing a penny.

No float ever holds an amount: what is typed becomes pence once, and every share adds up to its whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from workflows.errors import Invalid

Pence = int

PENCE_IN_A_POUND: Final = 100
LARGEST: Final[Pence] = 1_000_000_000 * PENCE_IN_A_POUND

_MINUS_SIGNS = "-\u2212\u2013"
# Groups of three, parted by a comma or a space or both ("10, 400"), or digits with nothing between them.
_WHOLE = r"(?:[0-9]{1,3}(?:(?:\s*,\s*|\s+)[0-9]{3})+|[0-9]+)"
_TYPED = re.compile(rf"(?P<whole>{_WHOLE})?(?:\.(?P<part>[0-9]+))?")
_COMMA_AS_POINT = re.compile(r"(?P<whole>[0-9]+)\s*,\s*(?P<part>[0-9]{1,2})")
_SCALE = re.compile(r"(?P<figure>.*?)\s*(?P<scale>million|thousand|m|k)", re.IGNORECASE | re.DOTALL)
_SCALES: Final = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}

_QUALIFIER_WORDS: Final = {
    "over": "over",
    "more than": "over",
    "at least": "over",
    "under": "under",
    "less than": "under",
    "up to": "under",
    "nearly": "under",
    "almost": "under",
    "about": "about",
    "around": "about",
    "circa": "about",
    "c.": "about",
    "~": "about",
    "approximately": "approx",
    "approx.": "approx",
    "approx": "approx",
}
_QUALIFIER = re.compile(
    "(?P<word>" + "|".join(re.escape(word) for word in _QUALIFIER_WORDS) + r")(?=[\s£0-9])\s*",
    re.IGNORECASE,
)


class MoneyError(Invalid):
    """Text or a sum that cannot become pence; `code` says why and a page finds the sentence for it."""

    code = "not-money"


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount as somebody else wrote it down.

    `qualifier` is over, under, about or approx, or None for a plain figure; `warning` is a code
    (qualified, decimal-comma) wherever the figure used is our reading and not what was printed.
    """

    pence: Pence
    qualifier: str | None = None
    warning: str | None = None


def format_pounds(pence: Pence) -> str:
    """For a page: £99,087, with pence only where there are any: £14,155.29."""
    exact = format_pounds_exact(pence)
    return exact.removesuffix(".00")


def format_pounds_exact(pence: Pence) -> str:
    """For a statement or a letter: always two decimals, £99,087.00."""
    pounds, rest = divmod(abs(pence), PENCE_IN_A_POUND)
    sign = "-" if pence < 0 else ""
    return f"{sign}£{pounds:,}.{rest:02d}"


def parse_pounds(text: str) -> Pence:
    """Read what a person typed in a form: £1,234.50, 1234, 1 234.

    Raises MoneyError: empty, not-money, too-many-decimals, negative, too-large (over £1bn).
    """
    return _in_pence(_exact_figure(_bare_figure(text), most_decimals=2))


def parse_stated(text: str) -> Stated:
    """Read an amount from a file, where people write £1,1million, over £598,000, 10, 400 and £100K.

    A lone comma before one or two digits is a decimal point only when million, m or k follows; without
    one it could be either and is refused as ambiguous-comma. Other codes are those of parse_pounds.
    """
    rest, qualifier = _split_qualifier(text.strip())
    figure = _bare_figure(rest)
    scale = 1
    if scaled := _SCALE.fullmatch(figure):
        figure, scale = scaled["figure"], _SCALES[scaled["scale"].lower()]
    warning = "qualified" if qualifier else None
    if comma := _COMMA_AS_POINT.fullmatch(figure):
        if scale == 1:
            raise MoneyError("ambiguous-comma")
        # The qualifier is kept beside it, so the rarer of two warnings is the one worth the place.
        figure, warning = f"{comma['whole']}.{comma['part']}", "decimal-comma"
    # 1.234 million is exact to the penny; 1.500 alone may be a thousand and a half on the continent.
    exact = _exact_figure(figure, most_decimals=2 if scale == 1 else 8)
    return Stated(_in_pence(exact * scale), qualifier, warning)


def split_exact(pence: Pence, weights: Sequence[int]) -> list[Pence]:
    """Share an amount by weight so that the shares sum to the whole.

    Each share is rounded down and the pennies left over go to the largest remainders, the earlier one
    first where two are equal. A negative amount (a funder's cut) splits as its positive twin does.
    Raises MoneyError: bad-weights when none is above zero or one is below.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise MoneyError("bad-weights")
    sign = -1 if pence < 0 else 1
    shares, remainders = zip(*(divmod(abs(pence) * weight, total) for weight in weights), strict=True)
    left_over = abs(pence) - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda place: -remainders[place])
    lucky = set(by_remainder[:left_over])
    return [sign * (share + (place in lucky)) for place, share in enumerate(shares)]


def percent_half_up(numerator: int | Fraction, denominator: int | Fraction, decimals: int = 1) -> Decimal | None:
    """A percentage rounded half up from the exact value; None where the denominator is zero."""
    if denominator == 0:
        return None
    scaled = Fraction(numerator) * 100 * 10**decimals / Fraction(denominator)
    return Decimal(round_half_up(scaled)).scaleb(-decimals)


def mean_half_up(pence_total: Pence, count: int) -> Pence | None:
    """The mean to the nearest penny, half up from the exact value; None of nothing."""
    return None if count == 0 else round_half_up(Fraction(pence_total, count))


def round_half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero, without passing through a float."""
    nearest = (2 * abs(value) + 1) // 2
    return -nearest if value < 0 else nearest


def _split_qualifier(text: str) -> tuple[str, str | None]:
    if found := _QUALIFIER.match(text):
        return text[found.end() :], _QUALIFIER_WORDS[found["word"].lower()]
    if text.endswith("+"):
        return text[:-1], "over"
    return text, None


def _bare_figure(text: str) -> str:
    """The text without its pound sign and outer spaces; refuses what is empty or below zero."""
    figure = text.strip()
    if not figure.removeprefix("£").strip():
        raise MoneyError("empty")
    signless = figure.lstrip(_MINUS_SIGNS + "£ ")
    if any(sign in figure[: len(figure) - len(signless)] for sign in _MINUS_SIGNS):
        raise MoneyError("negative" if _TYPED.match(signless) and signless[:1].isdigit() else "not-money")
    return figure.removeprefix("£").strip()


def _exact_figure(figure: str, most_decimals: int) -> Fraction:
    typed = _TYPED.fullmatch(figure)
    if typed is None or not (typed["whole"] or typed["part"]):
        raise MoneyError("not-money")
    whole = re.sub(r"[\s,]", "", typed["whole"] or "0").lstrip("0") or "0"
    part = typed["part"] or ""
    # Python refuses to turn thousands of digits into a number; nobody asks for that much in any case.
    if len(whole) > len(str(LARGEST)):
        raise MoneyError("too-large")
    if len(part) > most_decimals:
        raise MoneyError("too-many-decimals")
    return Fraction(int(whole + part), 10 ** len(part))


def _in_pence(pounds: Fraction) -> Pence:
    pence = pounds * PENCE_IN_A_POUND
    if pence.denominator != 1:
        raise MoneyError("too-many-decimals")
    if pence > LARGEST:
        raise MoneyError("too-large")
    return pence.numerator
