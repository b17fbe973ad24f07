"""Konis's linear program solved by scipy, on small designs drawn by a formula: python3 separation.py > separation.json

max sum s_i x_i'b subject to s_i x_i'b >= 0 and |b| <= 1. The optimum is above 0 exactly if the outcome is separated;
completely, if some b makes every product at least 1.
"""
import datetime
import json
import sys

import numpy
import scipy
from scipy.optimize import linprog

MASK = 2**64 - 1


def uniform(seed, index):
    z = (seed * 0x2545F4914F6CDD1D + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return ((z ^ (z >> 31)) + 0.5) / 2.0**64


def book(seed):
    """Rows: an intercept, a dummy, a dummy of few rows, a number of few values, a number; an outcome that leans."""
    n = 14 + seed % 27
    rows, outcome = [], []
    for row in range(n):
        u = [uniform(seed, 8 * row + k) for k in range(6)]
        x = [1.0, float(u[0] < 0.5), float(u[1] < 0.2), float(int(u[2] * 4)), round(u[3] * 8 - 4, 2)]
        eta = 2.0 * x[1] + 1.5 * (x[3] - 1.5) + 0.7 * x[4] - 0.5
        rows.append(x)
        outcome.append(int(u[4] < 1 / (1 + numpy.exp(-eta))))
    return numpy.array(rows), numpy.array(outcome)


def kind(x, y):
    z = x * (2 * y - 1)[:, None]
    p = x.shape[1]
    found = linprog(-z.sum(0), A_ub=-z, b_ub=numpy.zeros(len(y)), bounds=[(-1, 1)] * p, method="highs")
    if -found.fun < 1e-7:
        return "none", []
    complete = linprog(numpy.zeros(p), A_ub=-z, b_ub=-numpy.ones(len(y)), bounds=[(None, None)] * p, method="highs")
    # Rows that some b can tell, each by itself.
    told = 0
    for row in z:
        best = linprog(-row, A_ub=-z, b_ub=numpy.zeros(len(y)), bounds=[(-1, 1)] * p, method="highs")
        told += -best.fun > 1e-7
    return ("complete" if complete.status == 0 else "quasi_complete"), int(told)


cases = []
for seed in range(400):
    x, y = book(seed)
    if y.min() == y.max() or numpy.linalg.matrix_rank(x) < 5:
        continue
    name, told = kind(x, y)
    cases.append([seed, name, told or 0])
json.dump(
    {
        "program": f"scipy {scipy.__version__} linprog (HiGHS)",
        "command": "python3 separation.py > separation.json",
        "date": datetime.date.today().isoformat(),
        "cases": cases,
    },
    sys.stdout,
    separators=(",", ":"),
)
