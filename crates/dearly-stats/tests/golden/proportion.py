"""Intervals of proportions by statsmodels: python proportion.py > proportion.json"""
import json, sys, statsmodels
from statsmodels.stats.proportion import proportion_confint, confint_proportions_2indep

single = [{"k": k, "n": n, "level": level,
           "wilson": proportion_confint(k, n, 1 - level, "wilson"), "clopper_pearson": proportion_confint(k, n, 1 - level, "beta")}
          for k, n in [(0, 5), (1, 9), (12, 12), (11, 12), (41, 410), (8, 3000), (2990, 3000)] for level in (0.9, 0.95, 0.99)]
double = [{"counts": [k1, n1, k0, n0], "newcombe": confint_proportions_2indep(k1, n1, k0, n0, method="newcomb", compare="diff")}
          for k1, n1, k0, n0 in [(56, 70, 48, 80), (0, 10, 3, 10), (10, 10, 10, 10), (9, 10, 3, 10), (412, 480, 390, 490)]]
json.dump({"program": f"statsmodels {statsmodels.__version__}", "command": "python proportion.py", "date": "2026-11-22",
           "single": single, "double": double}, sys.stdout)
