"""Linear programs built from arrays and solved by GLOP; pure.

GLOP (the simplex method on one core) beat HiGHS four times over on these programs and PDLP came to no end; being exact
and sequential, it returns the same corner for the same program.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from releases.scheduling.arrays import Floats, Ints


class OutOfTime(Exception):
    """The solver had no answer within its seconds."""


class Impossible(Exception):
    """The rows cannot all hold."""


@dataclass(frozen=True)
class Answer:
    """The best values of the columns, what they cost, what one more of each row's limit would be worth; `basis` is the
    corner at which the next search may begin."""

    values: Floats
    cost: float
    duals: Floats
    basis: mathopt.Basis


@dataclass
class Rows:
    """The rows of a program, gathered block by block: low ≤ sum of value times column ≤ high."""

    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    count: int = 0

    def block(self, low: Sequence[float] | Floats | Ints, high: Sequence[float] | Floats | Ints) -> int:
        """Add rows with these limits; return the number of the first."""
        self.low.append(np.asarray(low, dtype=np.float64))
        self.high.append(np.asarray(high, dtype=np.float64))
        self.count += len(self.low[-1])
        return self.count - len(self.low[-1])

    def put(self, rows: Ints, columns: Ints, values: Floats | float) -> None:
        """Add entries, one for each row and column given."""
        self.entries.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=np.float64), len(rows))))


class Program:
    """Columns from nothing upwards, within rows; solved for one objective after another."""

    def __init__(self, columns: int, rows: Rows) -> None:
        self._model = mathopt.Model.from_model_proto(_proto(columns, rows))
        self._variables = list(self._model.variables())
        self._rows = list(self._model.linear_constraints())

    def minimise(self, costs: Floats, *, seconds: float, start: Answer | None = None) -> Answer:
        """Return the cheapest values; raise Impossible where there are none, OutOfTime after so many seconds.

        From a `start` near the end the way is shorter; from one far away it is longer than from nowhere.
        """
        self._model.objective.clear()
        for column in np.flatnonzero(costs).tolist():
            self._model.objective.set_linear_coefficient(self._variables[column], float(costs[column]))
        found = mathopt.solve(
            self._model,
            mathopt.SolverType.GLOP,
            params=mathopt.SolveParameters(time_limit=timedelta(seconds=seconds)),
            model_params=mathopt.ModelSolveParameters(initial_basis=start.basis if start else None),
        )
        reason = found.termination.reason
        if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
            raise Impossible
        if reason != mathopt.TerminationReason.OPTIMAL:
            raise OutOfTime
        values, duals = found.variable_values(self._variables), found.dual_values(self._rows)
        return Answer(np.array(values), found.objective_value(), np.array(duals), found.solutions[0].basis)

    def at_most(self, column: int, most: float) -> None:
        """Keep a column at or below this from now on."""
        self._variables[column].upper_bound = most

    def lower(self, row: int, high: float) -> None:
        """Give a row another upper limit from now on."""
        self._rows[row].upper_bound = high


def _proto(columns: int, rows: Rows) -> model_pb2.ModelProto:
    row, column, value = (np.concatenate(part) for part in zip(*rows.entries, strict=True))
    order = np.lexsort((column, row))
    model = model_pb2.ModelProto()
    model.variables.ids.extend(range(columns))
    model.variables.lower_bounds.extend([0.0] * columns)
    model.variables.upper_bounds.extend([np.inf] * columns)
    model.variables.integers.extend([False] * columns)
    model.linear_constraints.ids.extend(range(rows.count))
    model.linear_constraints.lower_bounds.extend(np.concatenate(rows.low).tolist())
    model.linear_constraints.upper_bounds.extend(np.concatenate(rows.high).tolist())
    model.linear_constraint_matrix.row_ids.extend(row[order].tolist())
    model.linear_constraint_matrix.column_ids.extend(column[order].tolist())
    model.linear_constraint_matrix.coefficients.extend(value[order].tolist())
    return model
