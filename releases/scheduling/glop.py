"""A linear program in arrays, solved by GLOP; pure.

MathOpt's own classes make an object of every column and row, which took three times as long as GLOP itself: here its
messages are filled from arrays and read into arrays.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ortools.glop.parameters_pb2 import GlopParameters
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2
from ortools.math_opt.core.python import solver
from ortools.math_opt.solution_pb2 import BASIS_STATUS_AT_LOWER_BOUND, BASIS_STATUS_BASIC

from releases.scheduling.arrays import Floats, Ints

AT_LOWER, BASIC = BASIS_STATUS_AT_LOWER_BOUND, BASIS_STATUS_BASIC


class OutOfTime(Exception):
    """The solver had no answer within its seconds."""


class Impossible(Exception):
    """The rows cannot all hold."""


@dataclass(frozen=True)
class Corner:
    """Where a search ended and another may begin: how each column and each row stands, as GLOP counts it."""

    columns: Ints
    rows: Ints


@dataclass(frozen=True)
class Matrix:
    """Entries in order of row and column, and what each row is at least and at most; columns are nothing or more."""

    row: Ints
    column: Ints
    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Found:
    """The best values of the columns, what they cost, what one more of each row's limit is worth, and the corner."""

    values: Floats
    cost: float
    duals: Floats
    corner: Corner


def minimise(matrix: Matrix, costs: Floats, start: Corner | None, *, seconds: float) -> Found:
    """Return the cheapest values; raise Impossible where there are none, OutOfTime after so many seconds."""
    parameters = parameters_pb2.SolveParametersProto(glop=GlopParameters(use_preprocessing=start is None))
    parameters.time_limit.FromTimedelta(timedelta(seconds=seconds))
    found = solver.solve(
        _model(matrix, costs),
        parameters_pb2.SOLVER_TYPE_GLOP,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        _begin(start),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
    reason = found.termination.reason
    if reason in (result_pb2.TERMINATION_REASON_INFEASIBLE, result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED):
        raise Impossible
    if reason != result_pb2.TERMINATION_REASON_OPTIMAL:
        raise OutOfTime
    best = found.solutions[0]
    values, duals = np.zeros(len(costs)), np.zeros(len(matrix.low))
    for full, sparse in ((values, best.primal_solution.variable_values), (duals, best.dual_solution.dual_values)):
        full[np.array(sparse.ids, dtype=np.int64)] = sparse.values
    columns, rows = (
        np.array(one.values, dtype=np.int64) for one in (best.basis.variable_status, best.basis.constraint_status)
    )
    return Found(values, best.primal_solution.objective_value, duals, Corner(columns, rows))


def _model(matrix: Matrix, costs: Floats) -> model_pb2.ModelProto:
    model, dear = model_pb2.ModelProto(), np.flatnonzero(costs)
    columns, rows, entries = model.variables, model.linear_constraints, model.linear_constraint_matrix
    columns.ids.extend(range(len(costs)))
    columns.lower_bounds.extend([0.0] * len(costs))
    columns.upper_bounds.extend([np.inf] * len(costs))
    columns.integers.extend([False] * len(costs))
    model.objective.linear_coefficients.ids.extend(dear.tolist())
    model.objective.linear_coefficients.values.extend(costs[dear].tolist())
    rows.ids.extend(range(len(matrix.low)))
    rows.lower_bounds.extend(matrix.low.tolist())
    rows.upper_bounds.extend(matrix.high.tolist())
    entries.row_ids.extend(matrix.row.tolist())
    entries.column_ids.extend(matrix.column.tolist())
    entries.coefficients.extend(matrix.value.tolist())
    return model


def _begin(start: Corner | None) -> model_parameters_pb2.ModelSolveParametersProto:
    parameters = model_parameters_pb2.ModelSolveParametersProto()
    if start:
        for kept, now in (
            (parameters.initial_basis.variable_status, start.columns),
            (parameters.initial_basis.constraint_status, start.rows),
        ):
            kept.ids.extend(range(len(now)))
            kept.values.extend(now.tolist())
    return parameters
