"""Reference values of distribution functions, tails and quantiles: python distribution.py > distribution.json"""
import json, sys
import scipy
from scipy import stats

cases = []
def case(function, arguments, value):
    cases.append({"function": function, "arguments": arguments, "value": float(value)})

tails = [1e-10, 1e-6, 0.001, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999, 1 - 1e-6]
for z in [-37.0, -8.0, -6.4, -1.96, -0.1, 0.0, 0.3, 1.5, 5.0]:
    case("normal_cdf", [z], stats.norm.cdf(z))
    case("normal_upper", [z], stats.norm.sf(z))
for p in tails + [1e-300]:
    case("normal_quantile", [p], stats.norm.ppf(p))
for df in [1.0, 2.0, 3.5, 9.0, 30.0, 199.0, 4999.0, 250000.0]:
    for t in [-12.0, -2.0, -0.01, 0.5, 1.98, 7.0, 25.0]:
        case("t_upper", [t, df], stats.t.sf(t, df))
        case("t_cdf", [t, df], stats.t.cdf(t, df))
    for p in tails:
        case("t_quantile", [p, df], stats.t.ppf(p, df))
for df in [1.0, 2.0, 4.0, 11.0, 60.0, 1000.0, 40000.0]:
    for r in [0.01, 0.5, 0.99, 1.0, 1.02, 1.5, 4.0]:
        case("chi_squared_upper", [df * r, df], stats.chi2.sf(df * r, df))
        case("chi_squared_cdf", [df * r, df], stats.chi2.cdf(df * r, df))
    for p in tails:
        case("chi_squared_quantile", [p, df], stats.chi2.ppf(p, df))
for d1, d2 in [(1.0, 5.0), (4.0, 199.0), (7.0, 30.0), (4.0, 25000.0), (60.0, 12.0)]:
    for x in [0.05, 0.9, 1.0, 2.4, 9.0, 40.0]:
        case("f_upper", [x, d1, d2], stats.f.sf(x, d1, d2))
        case("f_cdf", [x, d1, d2], stats.f.cdf(x, d1, d2))
    for p in tails:
        case("f_quantile", [p, d1, d2], stats.f.ppf(p, d1, d2))
for a, b in [(0.5, 0.5), (1.0, 3.0), (6.0, 14.0), (2.5, 900.0), (3000.0, 70.0), (20000.0, 50000.0)]:
    m = a / (a + b)
    s = (m * (1 - m) / (a + b + 1)) ** 0.5
    for k in [-6.0, -2.0, -0.3, 0.0, 1.0, 4.0, 8.0]:
        x = m + k * s
        if 0 < x < 1:
            case("beta_cdf", [x, a, b], stats.beta.cdf(x, a, b))
            case("beta_upper", [x, a, b], stats.beta.sf(x, a, b))
    for p in tails:
        case("beta_quantile", [p, a, b], stats.beta.ppf(p, a, b))
for k, n, p in [(0, 9, 0.2), (3, 12, 0.25), (40, 400, 0.1), (70, 400, 0.1), (5100, 50000, 0.1), (49000, 50000, 0.9)]:
    case("binomial_cdf", [k, n, p], stats.binom.cdf(k, n, p))
    case("binomial_upper", [k, n, p], stats.binom.sf(k, n, p))
    case("binomial_ln_mass", [k, n, p], stats.binom.logpmf(k, n, p))

json.dump({"program": f"scipy {scipy.__version__}, Python {sys.version.split()[0]}", "command": "python distribution.py",
           "date": "2026-11-22", "cases": cases}, sys.stdout, indent=None)
