"""Reference values of collinearity and dominance on panel.json: python3 dominance.py > dominance.json

Variance inflation by statsmodels, the condition number by numpy's singular values, dominance by fitting all subsets with
statsmodels.
"""
import datetime
import itertools
import json
import math
import sys

import numpy
import statsmodels
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

with open("panel.json") as file:
    panel = json.load(file)
names = ["adoption", "deployment", "tenure"]
columns = numpy.column_stack([panel[name] for name in names])
x = sm.add_constant(columns)
y = numpy.array(panel["renewed"], float)
close = numpy.column_stack([columns, columns[:, 0] + 0.1 * numpy.array(panel["offset"])])
xc = sm.add_constant(close)


def condition(matrix):
    values = numpy.linalg.svd(matrix / numpy.linalg.norm(matrix, axis=0), compute_uv=False)
    return values[0] / values[-1]


def likelihood(chosen):
    return sm.Logit(y, x[:, [0, *chosen]]).fit(method="newton", tol=1e-14, disp=0).llf


empty = len(y) * (y.mean() * math.log(y.mean()) + (1 - y.mean()) * math.log(1 - y.mean()))


def dominance(components, baseline):
    result = []
    for one in components:
        others = [other for other in components if other is not one]
        means = []
        for size in range(len(others) + 1):
            gains = []
            for chosen in itertools.combinations(others, size):
                there = sorted(baseline + sum(chosen, []))
                gains.append((likelihood(sorted(there + one)) - likelihood(there)) / -empty)
            means.append(numpy.mean(gains))
        result.append(float(numpy.mean(means)))
    return result


json.dump(
    {
        "program": f"statsmodels {statsmodels.__version__}, numpy {numpy.__version__}",
        "command": "python3 dominance.py > dominance.json",
        "date": datetime.date.today().isoformat(),
        "variance_inflation": [float(variance_inflation_factor(x, at)) for at in range(1, 4)],
        "condition_number": float(condition(x)),
        "close_variance_inflation": [float(variance_inflation_factor(xc, at)) for at in range(1, 5)],
        "close_condition_number": float(condition(xc)),
        "dominance": dominance([[1], [2], [3]], []),
        "dominance_beside_tenure": dominance([[1], [2]], [3]),
        "dominance_of_two": dominance([[1, 2], [3]], []),
        "r2": 1 - likelihood([1, 2, 3]) / empty,
        "baseline_r2_of_tenure": 1 - likelihood([3]) / empty,
    },
    sys.stdout,
    indent=1,
)
