use dearly_stats::formula::{Formula, Frame};
use dearly_stats::{Clusters, Design, Family, FittedFirth, FittedGlm, Glm, SeparationKind, Table};

use super::errors::Errors;
use super::report::{FitReport, SeparationReport, StandardErrors, Term};
use super::validation::{FOLDS, Fitted, apparent, out_of_fold};
use super::{FitFamily, FitMethod, FitRequest};
use crate::alarm::{self, model_alarm, outcome_alarms, with_alarms};
use crate::report::{Interval, Test};
use crate::{Error, Result};

/// Below this many of the rarer outcome for each parameter, maximum likelihood is too far off.
const FEWEST_EVENTS: f64 = 10.0;

pub(super) fn fit(table: &Table, request: &FitRequest, formula: &Formula) -> Result<FitReport> {
    let also: Vec<&str> = request.clusters.iter().map(String::as_str).collect();
    let frame = formula.frame(table, &also)?;
    let family = family(request.family);
    let outcome = frame.outcome.as_deref().unwrap_or_default();
    check_outcome(family, request.family, formula, table, &frame, outcome)?;
    let clusters = super::clusters(table, &frame, &request.clusters)?;
    let design = &frame.design;
    super::check_reach(formula.outcome().unwrap_or("the outcome"), outcome)?;
    super::check_scale(design)?;
    let glm = frame.offset.as_deref().map_or(Glm::new(family), |offset| Glm::new(family).offset(offset));
    let separation = glm.separation(design, outcome)?;
    let outcomes: Vec<bool> = outcome.iter().map(|&value| value == 1.0).collect();
    let is_binary = family.is_binary();
    let n_events = alarm::is_binary(outcome).then(|| outcomes.iter().filter(|&&event| event).count());
    let n_rarer = n_events.map(|events| events.min(outcomes.len() - events));
    let columns = super::slopes(design.names());
    let mut notes = Vec::new();
    notes.extend(not_whole(family, formula, table, &frame, outcome));

    let inputs = if alarm::is_binary(outcome) {
        formula.columns().into_iter().filter(|name| formula.outcome() != Some(name)).collect()
    } else {
        // An offset is no input: an honest exposure nearly tells the count.
        formula.predictors()
    };
    let singletons = Clusters::singletons(outcome.len());
    let by = clusters.first().unwrap_or(&singletons);
    let alarms = outcome_alarms(table, &inputs, &frame.rows, outcome, by, request.seed);
    let leak_first = |error: Error| with_alarms(error, &alarms, &request.signed_off);
    let (is_firth, method_reason) =
        method(request, &separation, n_rarer, columns.len()).map_err(leak_first)?;
    let firth = is_firth.then(|| glm.fit_firth(design, outcome));
    let firth = firth.transpose().map_err(|error| leak_first(error.into()))?;
    let fitted = match &firth {
        Some(firth) => firth.fitted.clone(),
        None => glm.fit(design, outcome).map_err(|error| leak_first(error.into()))?,
    };
    if !is_binary && is_exact(outcome, &fitted) {
        return Err(leak_first(Error::Invalid(format!(
            "{} is told exactly by {}: there is nothing left to explain, and no error to be had; leave out the column that it was \
             made of, or that was made of it",
            formula.outcome().unwrap_or("the outcome"),
            columns.iter().map(|&column| design.names()[column].as_str()).collect::<Vec<_>>().join(", ")
        ))));
    }
    let errors = Errors::of(
        fitted.model_covariance(),
        design.names(),
        &clusters,
        is_firth,
        &mut notes,
        |at, kind| {
            let covariance = fitted.cluster_covariance(design, &clusters[at], kind);
            let column = &request.clusters[at];
            covariance.map_err(|error| super::named(error, table, &frame, column, &clusters[at]))
        },
        |first, second| Ok(fitted.two_way_covariance(design, first, second)?),
    )
    .map_err(leak_first)?;
    let likelihood_ratio: Option<Test> = match &firth {
        Some(firth) => firth.likelihood_ratio_test().ok().map(Into::into),
        None => fitted.likelihood_ratio_test().ok().map(Into::into),
    };
    let reported = errors.reported();
    // Errors by cluster have no sense of a coefficient that runs away; nor has a test of it with others.
    let open = (0..design.columns()).filter(|&column| separation.is_open[column]);
    let open: Vec<&str> = open.map(|column| design.names()[column].as_str()).collect();
    let is_untestable = !errors.is_by_rows() && !open.is_empty();
    if is_untestable {
        notes.push(format!(
            "there are no errors by cluster of {}, and no Wald test, since the rows that are not told with certainty leave \
             {} open: go by the interval and the likelihood ratio, which take rows as independent",
            open.join(", "),
            if open.len() == 1 { "it" } else { "them" }
        ));
    }
    let (vif, condition_number, mut inflated) = super::collinearity(design, &mut notes);
    if is_untestable {
        inflated.clear();
    }
    let terms = terms(&glm, &frame, request, &fitted, firth.as_ref(), &errors, &separation.is_open)?;

    let flic = match &firth {
        Some(firth) if design.intercept().is_some() => Some(glm.flic(design, outcome, firth)?),
        _ => None,
    };
    let mut report = FitReport {
        formula: request.formula.clone(),
        family: request.family.as_str(),
        level: request.level,
        n: outcome.len(),
        n_events,
        n_rarer,
        n_dropped: frame.n_dropped,
        dropped: super::dropped(&frame),
        clusters: super::cluster_columns(&request.clusters, &clusters),
        method: if is_firth { "firth" } else { "ml" },
        method_reason,
        n_parameters: columns.len(),
        terms,
        flic_intercept: flic
            .as_ref()
            .and_then(|flic| design.intercept().map(|intercept| flic.coefficients[intercept])),
        log_likelihood: fitted.log_likelihood,
        penalized_log_likelihood: firth.as_ref().map(|firth| firth.penalized_log_likelihood),
        likelihood_ratio,
        wald: (!is_untestable && !columns.is_empty())
            .then(|| super::wald(reported, &fitted.coefficients, &columns))
            .flatten(),
        joint: super::joint(reported, &fitted, inflated, request.level),
        vif,
        condition_number,
        separation: SeparationReport {
            kind: separation.kind.as_str(),
            terms: separation.terms,
            n_separated: separation.n_separated,
        },
        dispersion: family.has_dispersion().then_some(fitted.dispersion),
        concordance: None,
        proportional_hazards: None,
        apparent: None,
        out_of_fold: None,
        alarms,
        notes,
    };
    if is_binary {
        let coefficients = flic.map_or(fitted.coefficients.clone(), |flic| flic.coefficients);
        let model = Fitted { family, is_firth, coefficients };
        validate(request, &frame, &outcomes, clusters.first(), &model, &mut report)?;
    }
    Ok(report)
}

/// How the model does where outcomes are 0 and 1.
fn validate(
    request: &FitRequest,
    frame: &Frame,
    outcomes: &[bool],
    clusters: Option<&Clusters>,
    model: &Fitted,
    report: &mut FitReport,
) -> Result<()> {
    let singletons = Clusters::singletons(outcomes.len());
    let clusters = clusters.unwrap_or(&singletons);
    match apparent(model, frame, outcomes, clusters, request.level) {
        Ok(own) => report.apparent = Some(own),
        Err(error) => report.notes.push(format!("no validation on the rows of the fit: {error}")),
    }
    match out_of_fold(model, frame, outcomes, clusters, request.level, request.seed) {
        Ok(own) => report.out_of_fold = Some(own),
        Err(_) if clusters.count() < FOLDS => report.notes.push(format!(
            "no out-of-fold validation: {} clusters cannot fill {FOLDS} folds",
            clusters.count()
        )),
        Err(error) => report.notes.push(format!("no out-of-fold validation: {error}")),
    }
    if report.alarms.is_empty()
        && let (Some(own), Some(n_rarer)) = (&report.out_of_fold, report.n_rarer)
    {
        report.alarms.extend(model_alarm(own.auc.estimate, n_rarer));
    }
    Ok(())
}

/// Whether residuals are rounding errors: then errors are, too.
fn is_exact(outcome: &[f64], fitted: &FittedGlm) -> bool {
    let mean = outcome.iter().sum::<f64>() / outcome.len() as f64;
    let around = outcome.iter().map(|y| (y - mean).powi(2)).sum::<f64>();
    let left = outcome.iter().zip(fitted.fitted_means()).map(|(y, fitted)| (y - fitted).powi(2)).sum::<f64>();
    left < 1e-20 * around
}

fn family(family: FitFamily) -> Family {
    match family {
        FitFamily::Binomial | FitFamily::Cox => Family::Logit,
        FitFamily::Cloglog => Family::ComplementaryLogLog,
        FitFamily::Gaussian => Family::Gaussian,
        FitFamily::Fractional => Family::FractionalLogit,
        FitFamily::Gamma => Family::GammaLog,
        FitFamily::Poisson => Family::Poisson,
    }
}

/// Refuses outcomes of another family, by the row of the data.
fn check_outcome(
    family: Family,
    asked: FitFamily,
    formula: &Formula,
    table: &Table,
    frame: &Frame,
    outcome: &[f64],
) -> Result<()> {
    let name = formula.outcome().unwrap_or("the outcome");
    let (fits, expected): (fn(f64) -> bool, &str) = match family {
        Family::Logit | Family::ComplementaryLogLog => {
            (|y| y == 0.0 || y == 1.0, "0 or 1 (shares are for fractional, numbers for gaussian)")
        }
        Family::FractionalLogit => (|y| (0.0..=1.0).contains(&y), "a share from 0 to 1"),
        Family::GammaLog => (|y| y > 0.0, "a number above 0"),
        Family::Poisson => (|y| y >= 0.0, "a count of 0 or more"),
        Family::Gaussian => return Ok(()),
    };
    if let Some(at) = outcome.iter().position(|&y| !fits(y)) {
        let row = frame.rows[at];
        return Err(Error::Invalid(format!(
            "{name} is {} in data row {}; the family {} expects {expected}",
            super::value_of(table, name, row),
            row + 1,
            asked.as_str()
        )));
    }
    let first = outcome.first().copied().unwrap_or_default();
    if outcome.len() > 1 && outcome.iter().all(|&y| y == first) {
        return Err(super::one_class(name, first, frame));
    }
    Ok(())
}

/// That counts have fractions, where some do.
fn not_whole(
    family: Family,
    formula: &Formula,
    table: &Table,
    frame: &Frame,
    outcome: &[f64],
) -> Option<String> {
    let name = formula.outcome().filter(|_| family == Family::Poisson)?;
    let at = outcome.iter().position(|y| y.fract() != 0.0)?;
    let n = outcome.iter().filter(|y| y.fract() != 0.0).count();
    Some(format!(
        "{name} is {} in data row {}, and {n} of {} outcomes are no whole numbers: they are taken as rates, of which nothing \
         says that they vary as counts do. Go by errors by cluster, not by the model's or the likelihood",
        super::value_of(table, name, frame.rows[at]),
        frame.rows[at] + 1,
        outcome.len()
    ))
}

/// Whether the method is Firth's, and why.
fn method(
    request: &FitRequest,
    separation: &dearly_stats::Separation,
    n_rarer: Option<usize>,
    n_parameters: usize,
) -> Result<(bool, String)> {
    let is_logit = request.family == FitFamily::Binomial;
    if request.method == FitMethod::Firth {
        if !is_logit {
            return Err(Error::Invalid(format!(
                "Firth's method is there for the family binomial, and this one is {}: ask for ml or auto",
                request.family.as_str()
            )));
        }
        return Ok((true, "asked for".to_owned()));
    }
    let is_separated = separation.kind != SeparationKind::None;
    if is_separated && (request.method == FitMethod::MaximumLikelihood || !is_logit) {
        let remedy =
            if is_logit { "take the method auto or firth, or leave" } else { "merge levels or leave" };
        return Err(Error::Invalid(format!(
            "the outcome of {} rows is told with certainty by {}: no maximum-likelihood estimate exists; {remedy} {} out",
            separation.n_separated,
            separation.terms.join(", "),
            if separation.terms.len() == 1 { "it" } else { "them" }
        )));
    }
    if request.method == FitMethod::MaximumLikelihood {
        return Ok((false, "asked for".to_owned()));
    }
    let Some(n_rarer) = n_rarer.filter(|_| is_logit) else {
        return Ok((false, "maximum likelihood is the method of this family".to_owned()));
    };
    if is_separated {
        return Ok((
            true,
            format!(
                "{} tell{} the outcome of {} rows with certainty, so that maximum likelihood has no estimate",
                separation.terms.join(", "),
                if separation.terms.len() == 1 { "s" } else { "" },
                separation.n_separated
            ),
        ));
    }
    let each = n_rarer as f64 / n_parameters.max(1) as f64;
    if n_parameters == 0 {
        return Ok((
            false,
            "nothing separates the outcome, and there is nothing but an intercept".to_owned(),
        ));
    }
    if each < FEWEST_EVENTS {
        return Ok((
            true,
            format!(
                "{n_rarer} of the rarer outcome against {n_parameters} parameters are {each:.1} each, fewer than ten, with \
                 which maximum likelihood exaggerates"
            ),
        ));
    }
    Ok((
        false,
        format!(
            "nothing separates the outcome, and {n_rarer} of the rarer outcome against {n_parameters} parameters are \
             {each:.1} each, ten or more"
        ),
    ))
}

fn terms(
    glm: &Glm<'_>,
    frame: &Frame,
    request: &FitRequest,
    fitted: &FittedGlm,
    firth: Option<&FittedFirth>,
    errors: &Errors,
    is_open: &[bool],
) -> Result<Vec<Term>> {
    let (design, outcome): (&Design, &[f64]) = (&frame.design, frame.outcome.as_deref().unwrap_or_default());
    let reported = errors.reported();
    let intervals = reported.intervals(&fitted.coefficients, request.level)?;
    let p_values = reported.p_values(&fitted.coefficients)?;
    let shown = reported.standard_errors();
    let mut terms = Vec::with_capacity(design.columns());
    for (column, name) in design.names().iter().enumerate() {
        // Of a coefficient that runs away, the likelihood's shape is all that is known: no error is about right.
        let profiled = firth.filter(|_| errors.is_by_rows() || is_open[column]);
        let (interval, p_value) = match profiled {
            Some(firth) => (
                Interval::of(
                    glm.firth_profile_interval(design, outcome, firth, column, request.level)?,
                    "penalized_profile",
                ),
                glm.firth_likelihood_ratio_test(design, outcome, firth, column)?.p_value,
            ),
            None => (Interval::of(intervals[column], reported.kind.as_str()), p_values[column]),
        };
        let all = errors.standard_errors(column);
        // Its residuals are next to nothing, so that errors by cluster are, too, and say the opposite of what is so.
        let (standard_error, standard_errors) = if is_open[column] {
            (all.model, StandardErrors { model: all.model, ..StandardErrors::default() })
        } else {
            (shown[column], all)
        };
        let mut term = Term {
            term: name.clone(),
            estimate: fitted.coefficients[column],
            standard_error,
            standard_errors,
            interval,
            odds_ratio: None,
            odds_ratio_interval: None,
            hazard_ratio: None,
            hazard_ratio_interval: None,
            mean_ratio: None,
            mean_ratio_interval: None,
            p_value,
        };
        super::ratios(&mut term, request.family);
        terms.push(term);
    }
    Ok(terms)
}
