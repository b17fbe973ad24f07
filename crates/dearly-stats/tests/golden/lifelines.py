"""Cox with Efron's ties by lifelines on the panel of survival.json. python lifelines.py > lifelines.json"""
import json, sys

sys.path.pop(0)  # this folder, which would hide the package of the same name
import lifelines, pandas as pd

data = json.load(open("survival.json"))["data"]
frame = pd.DataFrame({k: data[k] for k in ["adoption", "roi", "plan", "entry", "time", "event"]})
def fit(**options):
    model = lifelines.CoxPHFitter(alpha=0.05)
    model.fit(frame if options else frame.drop(columns="entry"), "time", "event", fit_options=dict(precision=1e-13), **options)
    return dict(coefficients=model.params_.tolist(), standard_errors=model.standard_errors_.tolist(),
                log_likelihood=model.log_likelihood_)
curve = lifelines.KaplanMeierFitter().fit(frame.time, frame.event)
steps = curve.survival_function_["KM_estimate"]
print(json.dumps(dict(
    program=f"lifelines {lifelines.__version__}, Python {sys.version.split()[0]}", command="python lifelines.py",
    date="2026-11-22", tied=fit(), truncated=fit(entry_col="entry"),
    curve=dict(time=steps.index.tolist(), survival=steps.tolist()))))
