"""AIPW by statsmodels (no folds) and by its formulae (five folds), standardisation and mediation by statsmodels' fits with
the rest written out, Gauss-Hermite nodes by numpy. python effects.py > effects.json"""
import json, sys
import numpy as np, scipy, statsmodels
import statsmodels.api as sm
from statsmodels.treatment.treatment_effects import TreatmentEffect

r = np.random.default_rng(20261122)
n, accounts = 600, 200
account = np.repeat(np.arange(accounts), 3)
health = np.round(r.normal(size=n) + 0.5 * np.repeat(r.normal(size=accounts), 3), 3)
size = np.round(r.normal(size=n), 3)
expit = lambda v: 1 / (1 + np.exp(-v))
treatment = (r.uniform(size=n) < expit(-0.3 - 0.8 * health + 0.2 * size)).astype(float)
adoption = np.round(5 * health + 4 * treatment + r.normal(size=n) * 6 + 55, 2)
roi = np.round(3 * health + 2 * treatment + 0.3 * (adoption - 55) + r.normal(size=n) * 5 + 60, 2)
renewed = (r.uniform(size=n) < expit(1.2 + 0.05 * (adoption - 55) + 0.04 * (roi - 60) + 0.2 * size)).astype(float)
arr = np.round(np.exp(r.normal(size=n) + 10), 0)
C = np.c_[np.ones(n), health, size]
T = treatment == 1

tight = dict(method="newton", maxiter=100, tol=1e-14, disp=0)
logit = lambda y, x: sm.Logit(y, x).fit(**tight)

def aipw(y, fold, binary, trim):
    e, m1, m0 = np.zeros(n), np.zeros(n), np.zeros(n)
    for k in np.unique(fold):
        test = fold == k
        train = ~test if len(np.unique(fold)) > 1 else test
        model = logit if binary else (lambda y, x: sm.OLS(y, x).fit())
        e[test] = logit(treatment[train], C[train]).predict(C[test])
        m1[test] = model(y[train & T], C[train & T]).predict(C[test])
        m0[test] = model(y[train & ~T], C[train & ~T]).predict(C[test])
    fitted, e = e, np.clip(e, trim, 1 - trim)
    one = m1 + treatment * (y - m1) / e
    zero = m0 + (1 - treatment) * (y - m0) / (1 - e)
    def se(influence):
        sums = np.bincount(account, influence)
        return np.sqrt(accounts / (accounts - 1) * (sums**2).sum()) / n
    psi = one - zero
    share = treatment.mean()
    told = (treatment - (1 - treatment) * e / (1 - e)) * (y - m0)
    att = told.mean() / share
    w = (treatment - e) ** 2
    over = w * (m1 - m0) + treatment * (1 - e) * (y - m1) - (1 - treatment) * e * (y - m0)
    ato = over.mean() / w.mean()
    out = dict(ate=[psi.mean(), se(psi - psi.mean())], att=[att, se((told - treatment * att) / share)],
               ato=[ato, se((over - w * ato) / w.mean())], mean_treated=[one.mean(), se(one - one.mean())],
               mean_untreated=[zero.mean(), se(zero - zero.mean())], naive=y[T].mean() - y[~T].mean(),
               least=fitted.min(), most=fitted.max(), n_trimmed=int((fitted != e).sum()))
    wt, wc = 1 / e[T], 1 / (1 - e[~T])
    out["effective"] = [wt.sum() ** 2 / (wt**2).sum(), wc.sum() ** 2 / (wc**2).sum()]
    spread = lambda x: np.sqrt((x[T].var(ddof=1) + x[~T].var(ddof=1)) / 2)
    smd = lambda x, a, b: (np.average(x[T], weights=a) - np.average(x[~T], weights=b)) / spread(x)
    out["balance"] = [[smd(x, np.ones(T.sum()), np.ones((~T).sum())), smd(x, wt, wc), smd(x, 1 - e[T], e[~T])]
                      for x in (health, size)]
    if not np.isnan(y).any() and binary:
        a, b = 1 - one.mean(), 1 - zero.mean()
        s1, s0 = np.bincount(account, one - one.mean()), np.bincount(account, zero - zero.mean())
        log_se = np.sqrt(accounts / (accounts - 1) * ((s1 / a - s0 / b) ** 2).sum()) / n
        reach = scipy.stats.t.ppf(0.975, accounts - 1) * log_se
        out["complement_ratio"] = [a / b, np.exp(np.log(a / b) - reach), np.exp(np.log(a / b) + reach)]
    return out

whole = np.zeros(n, int)
effect = TreatmentEffect(sm.OLS(adoption, C), treatment.astype(int), results_select=logit(treatment, C))
ate, pom0, pom1 = effect.aipw(return_results=False)

# Standardisation: a logit with statsmodels' errors by cluster.
X = np.c_[np.ones(n), treatment, (adoption - 60) / 10, size]
fit = sm.Logit(renewed, X).fit(cov_type="cluster", cov_kwds={"groups": account}, **tight)
def standardise(before, after, w):
    p0, p1 = expit(before @ fit.params), expit(after @ fit.params)
    w = w / w.sum()
    g = (w * p1 * (1 - p1)) @ after - (w * p0 * (1 - p0)) @ before
    return [w @ p0, w @ p1, w @ (p1 - p0), np.sqrt(g @ fit.cov_params() @ g)]
x0, x1 = X.copy(), X.copy()
x0[:, 1], x1[:, 1] = 0, 1
red = (adoption < 50) * 1.0
target = X.copy()
target[red == 1, 2] = 1.5
standard = dict(treatment=standardise(x0, x1, np.ones(n)), what_if=standardise(X, target, red * arr))

# Mediation.
nodes, weights = np.polynomial.hermite.hermgauss(40)
def mediation(w, moderated=False):
    # The products stand last here, in Dearly before the treatment.
    with_treatment = lambda a: np.c_[C, a, (a[:, None] * (C[:, 1:] - C[:, 1:].mean(0)) if moderated else np.empty((n, 0)))]
    B = with_treatment(treatment)
    M = np.c_[adoption, roi]
    slopes = np.linalg.solve(B.T @ (w[:, None] * B), B.T @ (w[:, None] * M))
    rest = M - B @ slopes
    S = rest.T @ (w[:, None] * rest) / (w.sum() - B.shape[1])
    rows = np.repeat(np.arange(n), w.astype(int))
    b = logit(renewed[rows], np.c_[B[:, :4], M][rows]).params
    bM = b[4:]
    spread = np.sqrt(bM @ S @ bM)
    def mean(a, through):
        b1, b2 = with_treatment(np.full(n, float(a)))[:, :4], with_treatment(np.full(n, float(through)))
        eta = b1 @ b[:4] + (b2 @ slopes) @ bM
        return (expit(eta[:, None] + spread * np.sqrt(2) * nodes) * weights).sum(1) / np.sqrt(np.pi)
    y11, y00, y10 = mean(1, 1), mean(0, 0), mean(1, 0)
    return dict(on_mediators=slopes[3].tolist(), on_outcome=bM.tolist(), total=np.average(y11 - y00, weights=w),
                indirect=np.average(y11 - y10, weights=w), indirect_complement_ratio=np.average(1 - y11, weights=w) / np.average(1 - y10, weights=w),
                indirect_amount=(w * arr * (y11 - y10)).sum())

out = dict(
    program=f"statsmodels {statsmodels.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}",
    command="python effects.py", date="2026-11-22",
    data=dict(account=account, health=health, size=size, treatment=treatment, adoption=adoption, roi=roi, renewed=renewed, arr=arr),
    statsmodels=dict(ate=ate, mean_treated=pom1, mean_untreated=pom0),
    aipw=dict(score_whole=aipw(adoption, whole, False, 0.0), score_folds=aipw(adoption, account % 5, False, 0.02),
              renewed_folds=aipw(renewed, account % 5, True, 0.1)),
    standardisation=dict(coefficients=fit.params, **standard),
    mediation=mediation(np.ones(n)),
    moderated=mediation(np.ones(n), True),
    quadrature=dict(nodes=nodes, weights=weights),
)
print(json.dumps(out, default=lambda v: v.tolist()))
