"""Reference values of regressions on panel.json from statsmodels and numpy: python3 regression.py > regression_python.json"""
import datetime
import json
import sys

import numpy
import statsmodels
import statsmodels.api as sm

with open("panel.json") as file:
    panel = json.load(file)
names = ["adoption", "deployment", "tenure"]
x = sm.add_constant(numpy.column_stack([panel[name] for name in names]))
account, manager = numpy.array(panel["account"]), numpy.array(panel["manager"])
F = sm.families
families = {
    "logit": (F.Binomial(), "renewed"),
    "complementary_log_log": (F.Binomial(F.links.CLogLog()), "renewed"),
    "gaussian": (F.Gaussian(), "score"),
    "gamma_log": (F.Gamma(F.links.Log()), "gain"),
    "poisson": (F.Poisson(), "tickets"),
}


def cv3(y, mean, weight, clusters, exact=None):
    """The linearised jackknife in plain numpy: delta_g = -(H - H_g)^-1 s_g."""
    score = x * (y - mean)[:, None] if exact is None else x * exact[:, None]
    whole = (x * weight[:, None]).T @ x
    total = 0
    groups = numpy.unique(clusters)
    for group in groups:
        mine = clusters == group
        rest = whole - (x[mine] * weight[mine][:, None]).T @ x[mine]
        delta = -numpy.linalg.solve(rest, score[mine].sum(0))
        total = total + numpy.outer(delta, delta)
    return numpy.sqrt(numpy.diag(total) * (len(groups) - 1) / len(groups))


result = {
    "program": f"statsmodels {statsmodels.__version__}, numpy {numpy.__version__}",
    "command": "python3 regression.py > regression_python.json",
    "date": datetime.date.today().isoformat(),
    "families": {},
}
for name, (family, outcome) in families.items():
    y = numpy.array(panel[outcome], float)
    model = sm.GLM(y, x, family=family)
    fitted = model.fit(tol=1e-15, tol_criterion="params", maxiter=500)
    result["families"][name] = {
        "coefficients": fitted.params.tolist(),
        "standard_errors": fitted.bse.tolist(),
        "null_deviance": fitted.null_deviance,
    }
    if name in ("logit", "poisson"):
        mean = fitted.mu
        weight = mean * (1 - mean) if name == "logit" else mean
        result["families"][name]["cv3"] = cv3(y, mean, weight, account).tolist()

# statsmodels' own errors by cluster are CR1S.
y = numpy.array(panel["renewed"], float)
logit = sm.Logit(y, x).fit(method="newton", tol=1e-14, maxiter=100, disp=0, cov_type="cluster", cov_kwds={"groups": account})
result["families"]["logit"]["cr1s"] = logit.bse.tolist()
result["families"]["logit"]["log_likelihood"] = logit.llf
result["families"]["logit"]["null_log_likelihood"] = logit.llnull
result["families"]["logit"]["likelihood_ratio"] = [logit.llr, logit.llr_pvalue]
result["families"]["logit"]["mcfadden_r2"] = logit.prsquared

# For a linear model the linearised jackknife is the jackknife: leave each account out, fit again.
score = numpy.array(panel["score"], float)
whole = numpy.linalg.lstsq(x, score, rcond=None)[0]
total = 0
for group in numpy.unique(account):
    kept = account != group
    delta = numpy.linalg.lstsq(x[kept], score[kept], rcond=None)[0] - whole
    total = total + numpy.outer(delta, delta)
groups = len(numpy.unique(account))
result["families"]["gaussian"]["cv3_refitted"] = numpy.sqrt(numpy.diag(total) * (groups - 1) / groups).tolist()

# The logit refitted without each account: what the linearised jackknife stands for (close, not equal).
full = sm.Logit(y, x).fit(method="newton", tol=1e-14, disp=0).params
total = 0
for group in numpy.unique(account):
    kept = account != group
    delta = sm.Logit(y[kept], x[kept]).fit(method="newton", tol=1e-14, disp=0).params - full
    total = total + numpy.outer(delta, delta)
result["families"]["logit"]["cv3_refitted"] = numpy.sqrt(numpy.diag(total) * (groups - 1) / groups).tolist()
json.dump(result, sys.stdout, indent=1)
