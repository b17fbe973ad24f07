"""Scores and calibration: python calibration.py > calibration.json (needs Rscript with Hmisc)"""
import json, os, subprocess, sys, tempfile
import numpy as np, sklearn, statsmodels, statsmodels.api as sm
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

here = os.path.dirname(os.path.abspath(__file__))
r = np.random.default_rng(20261122)
panels = []
for name, n, rate, slope, digits in [("overfitted", 700, 0.2, 1.6, 6), ("ties", 500, 0.3, 0.8, 2)]:
    x = r.normal(size=n)
    base = np.log(rate / (1 - rate))
    y = (r.uniform(size=n) < 1 / (1 + np.exp(-(base + x)))).astype(int)
    p = np.clip(np.round(1 / (1 + np.exp(-(base + 0.2 + slope * x))), digits), 0.01, 0.99)
    lp = np.log(p / (1 - p))
    large = sm.GLM(y, np.ones((n, 1)), family=sm.families.Binomial(), offset=lp).fit(tol=1e-14, maxiter=100)
    line = sm.Logit(y, sm.add_constant(lp)).fit(disp=0, tol=1e-14, method="newton")
    order = np.argsort(p, kind="stable")
    yt = np.array([y[p == v].mean() for v in p])
    ece, square = 0.0, 0.0
    for rows in np.array_split(order, 10):
        mean, got, share = p[rows].mean(), yt[rows].mean(), len(rows) / n
        ece += share * abs(mean - got)
        square += share * ((mean - got) ** 2 - got * (1 - got) / (len(rows) - 1))
    iso = IsotonicRegression().fit(p, y).predict(p)
    d = tempfile.mkdtemp()
    np.savetxt(f"{d}/in.csv", np.c_[y, p], delimiter=",", header="y,p", comments="", fmt="%.17g")
    program = subprocess.run(["Rscript", f"{here}/calibration.R", f"{d}/in.csv", f"{d}/out.csv"], capture_output=True, text=True, check=True).stdout
    curve = np.loadtxt(f"{d}/out.csv")
    b = brier_score_loss(y, p)
    panels.append({"name": name, "y": y.tolist(), "p": p.tolist(), "brier": b, "log_loss": log_loss(y, p),
        "scaled_brier": 1 - b / (y.mean() * (1 - y.mean())), "in_the_large": [large.params[0], large.bse[0]],
        "slope": [line.params[1], line.bse[1]], "observed_over_expected": y.sum() / p.sum(), "ece": ece, "squared_debiased": square,
        "isotonic_brier": brier_score_loss(y, iso), "isotonic": iso.tolist(), "curve_3": curve[:4].tolist(), "curve_5": curve[4:].tolist()})
json.dump({"program": f"scikit-learn {sklearn.__version__}, statsmodels {statsmodels.__version__}, {program}",
           "command": "python calibration.py", "date": "2026-11-22", "panels": panels}, sys.stdout)
