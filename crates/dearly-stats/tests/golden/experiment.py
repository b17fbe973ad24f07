"""CUPED, Lin with HC2, sizes: python experiment.py > experiment.json (needs Rscript)"""
import json, os, subprocess, sys
import numpy as np, scipy, statsmodels, statsmodels.api as sm
from scipy import stats

r = np.random.default_rng(20261122)
n = 160
treated = np.r_[np.ones(60), np.zeros(100)].astype(int)
r.shuffle(treated)
x = np.round(r.normal(60, 15, n), 2)
z = np.round(r.normal(10, 1, n), 3)
y = np.round(20 + 0.6 * x + 5 * treated + 0.1 * treated * (x - 60) + r.normal(0, 9, n), 3)
theta = np.cov(y, x)[0, 1] / np.var(x, ddof=1)
adjusted = y - theta * (x - x.mean())
welch = stats.ttest_ind(adjusted[treated == 1], adjusted[treated == 0], equal_var=False)
plain = stats.ttest_ind(y[treated == 1], y[treated == 0], equal_var=False)
low, high = welch.confidence_interval(0.95)
xc, zc = x - x.mean(), z - z.mean()
lin = sm.OLS(y, np.c_[np.ones(n), treated, xc, xc * treated, zc, zc * treated]).fit(cov_type="HC2", use_t=True)
here = os.path.dirname(os.path.abspath(__file__))
rows = np.array([float(v) for v in subprocess.run(["Rscript", f"{here}/experiment.R"], capture_output=True, text=True, check=True).stdout.split()]).reshape(-1, 4)
version = subprocess.run(["Rscript", "-e", "cat(R.version.string)"], capture_output=True, text=True, check=True).stdout
json.dump({"program": f"statsmodels {statsmodels.__version__}, scipy {scipy.__version__}, {version}", "command": "python experiment.py",
           "date": "2026-11-22", "y": y.tolist(), "x": x.tolist(), "z": z.tolist(), "treated": treated.tolist(),
           "cuped": [adjusted[treated == 1].mean() - adjusted[treated == 0].mean(), low, high, welch.pvalue, welch.df],
           "plain": [y[treated == 1].mean() - y[treated == 0].mean(), (y[treated == 1].mean() - y[treated == 0].mean()) / plain.statistic],
           "lin": [lin.params[1], lin.bse[1], *lin.conf_int()[1], lin.pvalues[1]],
           "sizes": rows[:4].tolist(), "detectable": rows[4:, :3].tolist()}, sys.stdout)
