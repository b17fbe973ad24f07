"""AUC with DeLong by pROC, average precision by scikit-learn, EMPC by quadrature with every threshold tried.
python discrimination.py > discrimination.json (needs Rscript with pROC)"""
import json, subprocess, sys, tempfile, os
import numpy as np, scipy, sklearn
from scipy import stats, integrate
from sklearn.metrics import average_precision_score

r = np.random.default_rng(20261122)
panels = []
for name, n, digits, rate in [("ties", 400, 1, 0.15), ("fine", 900, 6, 0.1), ("small", 30, 2, 0.4)]:
    x = r.normal(size=n)
    y = (r.uniform(size=n) < 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + 1.1 * x)))).astype(int)
    a = np.round(x + r.normal(size=n) * 0.6, digits)
    b = np.round(x + r.normal(size=n) * 1.1, digits)
    d = tempfile.mkdtemp()
    np.savetxt(f"{d}/in.csv", np.c_[y, a, b], delimiter=",", header="y,a,b", comments="")
    here = os.path.dirname(os.path.abspath(__file__))
    program = subprocess.run(["Rscript", f"{here}/discrimination.R", f"{d}/in.csv", f"{d}/out.csv"], capture_output=True, text=True, check=True).stdout
    auc_a, var_a, auc_b, var_b, z, p = np.loadtxt(f"{d}/out.csv")

    def empc(score, clv, offer, contact, pa, pb):
        pi = y.mean()
        thresholds = np.r_[np.inf, np.unique(score)[::-1]]
        f0 = np.array([(score[y == 1] >= t).mean() for t in thresholds])
        f1 = np.array([(score[y == 0] >= t).mean() for t in thresholds])
        delta, phi = offer / clv, contact / clv
        def best(g):
            profit = clv * (g * (1 - delta) - phi) * pi * f0 - clv * (delta + phi) * (1 - pi) * f1
            k = profit.argmax()
            return profit[k], pi * f0[k] + (1 - pi) * f1[k]
        # Gauss-Legendre on many cells: the integrand is piecewise smooth.
        edges = np.linspace(0, 1, 20001)
        node, weight = np.polynomial.legendre.leggauss(3)
        grid = (edges[:-1, None] + edges[1:, None]) / 2 + node * (edges[1] - edges[0]) / 2
        w = np.broadcast_to(weight * (edges[1] - edges[0]) / 2, grid.shape).ravel()
        density = stats.beta.pdf(grid.ravel(), pa, pb)
        values = np.array([best(g) for g in grid.ravel()])
        return list((values * (w * density)[:, None]).sum(axis=0))

    panels.append({"name": name, "y": y.tolist(), "a": a.tolist(), "b": b.tolist(), "auc_a": auc_a, "variance_a": var_a,
                   "auc_b": auc_b, "variance_b": var_b, "z": z, "p": p,
                   "average_precision_a": average_precision_score(y, a), "average_precision_b": average_precision_score(y, b),
                   "empc_a": empc(a, 200, 10, 1, 6, 14), "empc_b": empc(b, 200, 10, 1, 6, 14), "empc_a_dear": empc(a, 1000, 200, 50, 2, 3)})
json.dump({"program": f"{program}; scikit-learn {sklearn.__version__}; scipy {scipy.__version__}", "command": "python discrimination.py",
           "date": "2026-11-22", "panels": panels}, sys.stdout)
