"""Draws the small panel that the reference values of regressions are computed on: python3 panel.py > panel.json

180 renewals of 45 accounts under 9 managers, three scores, an offset, weights that count rows, and an outcome of each
kind. Rounded, so that every program reads the same numbers.
"""
import datetime
import json
import sys

import numpy

rng = numpy.random.default_rng(20261122)
n = 180
account = numpy.sort(rng.integers(0, 45, n))
manager = rng.integers(0, 9, n)
frailty = rng.normal(0, 0.7, 45)[account] + rng.normal(0, 0.3, 9)[manager]
adoption = rng.normal(0, 1, n)
deployment = 0.5 * adoption + rng.normal(0, 1, n)
tenure = rng.gamma(2, 2, n)
offset = rng.normal(0, 0.4, n)
weight = rng.integers(0, 4, n)
eta = 0.6 + 0.7 * adoption + 0.3 * deployment - 0.1 * tenure + frailty
renewed = (rng.uniform(size=n) < 1 / (1 + numpy.exp(-eta))).astype(int)
share = numpy.clip(1 / (1 + numpy.exp(-eta + rng.normal(0, 1, n))), 0, 1)
share[rng.uniform(size=n) < 0.15] = 1.0
gain = numpy.exp(0.2 * adoption - 0.5 + 0.5 * frailty) * rng.gamma(3, 1 / 3, n) + 0.001
tickets = rng.poisson(numpy.exp(0.8 - 0.3 * adoption + 0.5 * frailty))
score = 60 + 8 * adoption + 5 * frailty + rng.normal(0, 6, n)
latent = 0.8 * adoption - 0.4 * deployment + frailty + rng.logistic(size=n)
level = numpy.digitize(latent, [-1.2, 0.1, 1.5])
panel = {
    "program": f"numpy {numpy.__version__}, panel.py",
    "date": datetime.date.today().isoformat(),
    "account": account.tolist(),
    "manager": manager.tolist(),
    "adoption": adoption.round(4).tolist(),
    "deployment": deployment.round(4).tolist(),
    "tenure": tenure.round(3).tolist(),
    "offset": offset.round(4).tolist(),
    "weight": weight.tolist(),
    "renewed": renewed.tolist(),
    "share": share.round(4).tolist(),
    "gain": gain.round(4).tolist(),
    "tickets": tickets.tolist(),
    "score": score.round(3).tolist(),
    "level": level.tolist(),
}
json.dump(panel, sys.stdout, separators=(",", ":"))
