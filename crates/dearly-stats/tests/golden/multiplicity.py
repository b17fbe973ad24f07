"""Adjusted p-values by statsmodels: python multiplicity.py > multiplicity.json"""
import json, sys, statsmodels
from statsmodels.stats.multitest import multipletests

sets = [[0.01, 0.04, 0.03, 0.5], [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34],
        [0.02, 0.02, 0.02], [1.0, 0.0, 0.9999], [0.2]]
json.dump({"program": f"statsmodels {statsmodels.__version__}", "command": "python multiplicity.py", "date": "2026-11-22",
           "sets": [{"p": p, "holm": multipletests(p, method="holm")[1].tolist(), "bh": multipletests(p, method="fdr_bh")[1].tolist()}
                    for p in sets]}, sys.stdout)
