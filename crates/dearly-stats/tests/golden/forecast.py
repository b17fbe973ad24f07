"""Counts and a new year's shock: python forecast.py > forecast.json"""
import json, sys
import numpy as np, scipy
from scipy import stats, integrate, optimize

r = np.random.default_rng(20261122)
p = np.round(r.uniform(0.5, 1.0, 60), 3)
pb = stats.poisson_binom(p)
counts = {"p": p.tolist(), "mass": [float(pb.pmf(k)) for k in range(61)], "mean": p.sum(), "variance": (p * (1 - p)).sum(),
          "quantiles": [[q, float(pb.ppf(q))] for q in (0.05, 0.5, 0.95)]}
bb = []
for a, b, n in [(0.5, 0.5, 12), (36.5, 4.5, 30), (6.0, 14.0, 200), (900.5, 100.5, 400)]:
    d = stats.betabinom(n, a, b)
    bb.append({"parameters": [a, b, n], "mass": [float(d.pmf(k)) for k in range(n + 1)], "mean": float(d.mean()), "variance": float(d.var())})

def shock(a, s, scale):
    a, s = np.array(a), np.array(s)
    def parts(t):
        w = 1 / (s * s + t * t)
        v = 1 / w.sum()
        m = v * (w * a).sum()
        return m, v, np.exp((0.5 * np.log(w) - 0.5 * w * (a - m) ** 2).sum() + 0.5 * np.log(v) - 0.5 * (t / scale) ** 2)
    def integral(f):
        return sum(integrate.quad(f, lo, hi, epsabs=0, epsrel=1e-12, limit=500)[0]
                   for lo, hi in zip([0, .1, .3, 1, 2], [.1, .3, 1, 2, 12 * scale]))
    total = integral(lambda t: parts(t)[2])
    mean = integral(lambda t: parts(t)[2] * parts(t)[0]) / total
    tau = integral(lambda t: parts(t)[2] * t) / total
    second = integral(lambda t: parts(t)[2] * (parts(t)[1] + t * t + parts(t)[0] ** 2)) / total
    def cdf(x):
        return integral(lambda t: parts(t)[2] * stats.norm.cdf((x - parts(t)[0]) / np.sqrt(parts(t)[1] + t * t))) / total
    quantiles = [[q, optimize.brentq(lambda x: cdf(x) - q, -8, 8, xtol=1e-11)] for q in (0.025, 0.05, 0.5, 0.95)]
    return {"a": a.tolist(), "s": s.tolist(), "scale": scale, "tau": tau, "mean": mean, "sd": float(np.sqrt(second - mean ** 2)), "quantiles": quantiles}

years = [shock([0.1, -0.2, 0.05, 0.15, 0.02], [0.12, 0.1, 0.11, 0.1, 0.2], 0.5), shock([0.4], [0.15], 0.5),
         shock([-0.9, 0.8, 0.1], [0.05, 0.07, 0.06], 0.5), shock([0.1, 0.12, 0.09, 0.11], [0.2, 0.2, 0.3, 0.2], 1.0)]
x = r.normal(0.9, 0.02, 200)
draws = {"draws": x.tolist(), "actual": 0.87, "crps": float(np.abs(x - 0.87).mean() - 0.5 * np.abs(x[:, None] - x[None]).mean())}
json.dump({"program": f"scipy {scipy.__version__}", "command": "python forecast.py", "date": "2026-11-22", "poisson_binomial": counts,
           "beta_binomial": bb, "years": years, "crps": draws}, sys.stdout)
