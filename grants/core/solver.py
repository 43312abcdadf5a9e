"""Working out a programme exactly, with HiGHS: no gap is left open, and the same question has the same answer.

Source: the HiGHS solver (Huangfu and Hall, 2018), called in this process. It is loaded only when one is asked.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from workflows.rules.programme import Amount, Answer, Ending, Programme, broken, worth_of

SECONDS: Final = 20.0
SEED: Final = 1
# Beyond this a binary fraction no longer tells two whole numbers apart.
LARGEST: Final = 2**53


class SolverFailed(Exception):
    """The solver ended in a way that is no answer; `status` is its own word for it."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(status)


def solve(programme: Programme, *, seconds: float = SECONDS) -> Answer:
    """The best values of all unknowns, whole ones exactly whole.

    Raises SolverFailed when the solver stops without an answer, or its answer breaks a limit when it is counted again
    in whole numbers.
    """
    import highspy

    model = highspy.Highs()
    for option, value in _OPTIONS.items():
        model.setOptionValue(option, value)
    model.setOptionValue("time_limit", float(seconds))
    columns = _put_in(model, programme)
    model.run()
    status = model.getModelStatus()
    kind = highspy.HighsModelStatus
    # Presolve may see that one of the two holds before it knows which.
    if status in {kind.kInfeasible, kind.kUnboundedOrInfeasible}:
        return Answer(Ending.IMPOSSIBLE if _is_impossible(model, programme, status, kind) else Ending.UNBOUNDED)
    if status == kind.kUnbounded:
        return Answer(Ending.UNBOUNDED)
    found = model.getSolution()
    if status not in {kind.kOptimal, kind.kTimeLimit} or not found.value_valid:
        raise SolverFailed(model.modelStatusToString(status))
    return _read(model, programme, columns, list(found.col_value), is_best=status == kind.kOptimal)


_OPTIONS: Final[dict[str, Any]] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": SEED,
    # Its own default leaves one part in ten thousand, which is money.
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}


def _put_in(model: Any, programme: Programme) -> dict[str, int]:
    import highspy

    columns = {each.name: number for number, each in enumerate(programme.unknowns)}
    for number, each in enumerate(programme.unknowns):
        model.addVar(_number(each.least), _number(each.most))
        model.changeColCost(number, _number(each.worth))
        if each.is_whole:
            model.changeColIntegrality(number, highspy.HighsVarType.kInteger)
    for limit in programme.limits:
        named = sorted((columns[name], _number(factor)) for name, factor in limit.terms.items())
        least = -highspy.kHighsInf if limit.least is None else _number(limit.least)
        most = highspy.kHighsInf if limit.most is None else _number(limit.most)
        model.addRow(least, most, len(named), [column for column, _ in named], [factor for _, factor in named])
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return columns


def _number(value: Amount) -> float:
    if abs(value) > LARGEST:
        raise OverflowError(f"{value} is too large to be worked out exactly")
    return float(value)


def _is_impossible(model: Any, programme: Programme, status: Any, kind: Any) -> bool:
    if status == kind.kInfeasible:
        return True
    for number in range(len(programme.unknowns)):
        model.changeColCost(number, 0.0)
    model.run()
    return bool(model.getModelStatus() == kind.kInfeasible)


def _read(model: Any, programme: Programme, columns: dict[str, int], found: list[float], *, is_best: bool) -> Answer:
    values: dict[str, Amount] = {
        each.name: round(found[columns[each.name]])
        if each.is_whole
        else Fraction(found[columns[each.name]]).limit_denominator(10**6)
        for each in programme.unknowns
    }
    if wrong := broken(programme, values):
        raise SolverFailed(f"the answer breaks {', '.join(wrong)}")
    worth = worth_of(programme, values)
    bound = worth if is_best else max(worth, Fraction(model.getInfo().mip_dual_bound).limit_denominator(10**6))
    return Answer(Ending.OPTIMAL if is_best else Ending.CUT_SHORT, values, worth, bound)
