"""The Python peers of bench-stats: reads the rows a bench wrote, prints "task peer seconds" (CPU, median)."""

import os
import statistics
import sys
import time
import warnings

import numpy
import pandas

warnings.simplefilter("ignore")
folder = sys.argv[1]


def rows(name):
    """The table of a bench; nothing if that bench did not run."""
    path = os.path.join(folder, f"{name}.csv")
    return pandas.read_csv(path) if os.path.exists(path) else None


def report(task, peer, work, runs=5, scale=1.0):
    seconds = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        seconds.append(time.process_time() - begun)
    print(task, peer, f"{statistics.median(seconds) * scale:.6f}", flush=True)


def logit():
    import sklearn
    import statsmodels
    import statsmodels.api as sm
    from sklearn.linear_model import LogisticRegression

    peer = f"statsmodels-{statsmodels.__version__}"
    learner = f"scikit-learn-{sklearn.__version__}"

    def load(name):
        table = rows(name)
        if table is None:
            return None
        x = numpy.column_stack([numpy.ones(len(table)), table.drop(columns=["outcome", "cluster"]).to_numpy()])
        return numpy.ascontiguousarray(x), table["outcome"].to_numpy(), table["cluster"].to_numpy()

    def fit(x, y, **options):
        return sm.Logit(y, x).fit(method="newton", disp=0, **options)

    if large := load("logit_100k_12"):
        x, y, cluster = large
        report("logit_100k_12", peer, lambda: fit(x, y).bse)
        report("logit_100k_12_cr1s", peer, lambda: fit(x, y, cov_type="cluster", cov_kwds={"groups": cluster}).bse)
        plain = LogisticRegression(C=numpy.inf, solver="newton-cholesky", fit_intercept=False, tol=1e-8)
        report("logit_100k_12", learner + "-no-errors", lambda: plain.fit(x, y))
    if small := load("logit_2k_8"):
        x, y, cluster = small
        report("logit_2k_8", peer, lambda: [fit(x, y).bse for _ in range(50)], scale=1 / 50)
        start = fit(x, y).params
        members = pandas.Series(range(len(y))).groupby(cluster).apply(numpy.array).tolist()
        rng = numpy.random.default_rng(1)

        def bootstrap():
            for _ in range(100):
                drawn = numpy.concatenate([members[at] for at in rng.integers(0, len(members), len(members))])
                fit(x[drawn], y[drawn], start_params=start)

        report("bootstrap_1000_logit_2k_8", peer + "-from-100", bootstrap, runs=3, scale=10)


def validation():
    import scipy
    import sklearn
    from scipy import stats
    from sklearn.metrics import roc_auc_score

    if (table := rows("auc_100k")) is not None:
        outcome, first, second = (table[name].to_numpy() for name in ("outcome", "first", "second"))

        def placements(score):
            events, others = score[outcome == 1], score[outcome == 0]
            both = stats.rankdata(numpy.concatenate([events, others]))
            m, n = len(events), len(others)
            return (
                (both[:m] - stats.rankdata(events)) / n,
                1 - (both[m:] - stats.rankdata(others)) / m,
            )

        def variance(of_events, of_others):
            return of_events.var(ddof=1) / len(of_events) + of_others.var(ddof=1) / len(of_others)

        def paired():
            a, b = placements(first), placements(second)
            return variance(a[0] - b[0], a[1] - b[1])

        peer = f"scipy-{scipy.__version__}-by-hand"
        report("auc_delong_100k", peer, lambda: variance(*placements(first)))
        report("auc_delong_paired_100k", peer, paired)
        report("auc_delong_100k", f"scikit-learn-{sklearn.__version__}-no-error", lambda: roc_auc_score(outcome, first))
    if (table := rows("poisson_binomial_5k")) is not None:
        p = table["p"].to_numpy()
        counts = numpy.arange(len(p) + 1)
        report("poisson_binomial_5k", f"scipy-{scipy.__version__}", lambda: stats.poisson_binom(p).pmf(counts))
    if (table := rows("plan_2k")) is not None:
        peer = f"numpy-{numpy.__version__}-by-hand"
        report("plan_2k_10k_draws", peer, lambda: plan(table.to_numpy(), 500), runs=3, scale=20)


def plan(x, draws):
    """A year's retention, drawn as the bench has it, one array operation for all accounts: renewal, contraction and
    expansion with uncertain slopes, a year's shock, sums by two groupings."""
    rng = numpy.random.default_rng(1)
    x = numpy.column_stack([numpy.ones(len(x)), x])
    amounts = 10_000 / rng.random(len(x))
    lost = numpy.array([0.1, 0.2, 0.5])
    groups = [numpy.arange(len(x)) % 4, numpy.arange(len(x)) % 7 % 4]
    logits = [base + rng.random(len(x)) - 0.5 for base in (2.2, -2.5, -1.0)]

    def happens(base, shock=0.0):
        slopes = rng.normal(0, 0.1, x.shape[1])
        return rng.random(len(x)) < 1 / (1 + numpy.exp(-(base + x @ slopes + shock)))

    retention = numpy.empty((draws, 2))
    for draw in range(draws):
        renewed = happens(logits[0], rng.normal(0, 0.15))
        shrunk = renewed & happens(logits[1])
        grown = renewed & ~shrunk & happens(logits[2])
        kept = amounts * renewed * (1 - shrunk * rng.choice(lost, len(x)))
        for group in groups:
            numpy.bincount(group, kept), numpy.bincount(group, kept + grown * 0.15 * amounts)
        retention[draw] = kept.sum() / amounts.sum(), (kept + grown * 0.15 * amounts).sum() / amounts.sum()
    return numpy.quantile(retention, [0.05, 0.5, 0.95], axis=0)


def cox():
    import lifelines
    from lifelines import CoxPHFitter

    table = rows("cox_100k_12")
    if table is None:
        return
    peer = f"lifelines-{lifelines.__version__}"
    columns = [name for name in table.columns if name.startswith("x")]
    plain = table[["duration", "event", *columns]]
    fit = lambda own, **options: CoxPHFitter().fit(own, "duration", "event", **options)
    report("cox_100k_12", peer, lambda: fit(plain), runs=3)
    report("cox_100k_12_clusters", peer, lambda: fit(plain.assign(account=table["account"]), cluster_col="account"), runs=1)
    report("cox_100k_12_untied", peer, lambda: CoxPHFitter().fit(table[["untied", "event", *columns]], "untied", "event"), runs=3)
    report("cox_100k_12_truncated", peer, lambda: fit(plain.assign(entry=table["entry"]), entry_col="entry"), runs=1)


# One function for each bench; each returns at once where its rows are not there.
logit()
validation()
cox()
