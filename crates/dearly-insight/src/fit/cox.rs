use dearly_stats::cox::{Cox, FittedCox, TimeScale};
use dearly_stats::formula::{Formula, Frame};
use dearly_stats::{Clusters, Column, Table};

use super::errors::Errors;
use super::report::{FitReport, Joint, Proportional, ProportionalTerm, SeparationReport, Term};
use super::{FitFamily, FitMethod, FitRequest};
use crate::alarm::{duration_alarms, single_feature_alarms, with_alarms};
use crate::report::{Alarm, Interval, Test};
use crate::{Error, Result};

pub(super) fn fit(table: &Table, request: &FitRequest, formula: &Formula) -> Result<FitReport> {
    let (Some(duration), Some(event)) = (&request.duration, &request.event) else {
        return Err(Error::Invalid(
            "the family cox needs the column of durations and the one that says whether the event came: name them by \
             duration and event"
                .to_owned(),
        ));
    };
    if let Some(outcome) = formula.outcome() {
        return Err(Error::Invalid(format!(
            "the formula has the outcome {outcome}, and for cox it has no left side, since duration and event are the outcome: \
             write only what follows the ~"
        )));
    }
    if request.method == FitMethod::Firth {
        return Err(Error::Invalid(
            "Firth's method is there for the family binomial, not for cox: ask for ml or auto".to_owned(),
        ));
    }
    let mut also: Vec<&str> = vec![duration, event];
    also.extend(request.entry.as_deref());
    also.extend(request.clusters.iter().map(String::as_str));
    let frame = formula.frame_over_baseline(table, &also)?;
    if frame.offset.is_some() {
        return Err(Error::Invalid("cox takes no offset: leave offset() out".to_owned()));
    }
    let durations = numbers(table, &frame, duration)?;
    let entry = request.entry.as_deref().map(|entry| numbers(table, &frame, entry)).transpose()?;
    let events = numbers(table, &frame, event)?;
    if let Some(at) = events.iter().position(|&value| value != 0.0 && value != 1.0) {
        return Err(Error::Invalid(format!(
            "{event} is {} in data row {}; expected 1 where the event came and 0 where it did not",
            events[at],
            frame.rows[at] + 1
        )));
    }
    let wrong = (0..durations.len()).find(|&at| {
        durations[at] < 0.0
            || entry.as_ref().is_some_and(|entry| entry[at] < 0.0 || entry[at] >= durations[at])
    });
    if let Some(at) = wrong {
        let entered =
            entry.as_ref().map_or_else(String::new, |entry| format!(" and its entry {}", entry[at]));
        return Err(Error::Invalid(format!(
            "in data row {} the duration is {}{entered}; expected 0 or more, and an entry before it",
            frame.rows[at] + 1,
            durations[at]
        )));
    }
    let event_observed: Vec<bool> = events.iter().map(|&value| value == 1.0).collect();
    if !event_observed.contains(&true) {
        return Err(Error::Invalid(format!(
            "{event} is 0 in all {} rows: without an event nothing can be compared; take a longer window",
            event_observed.len()
        )));
    }
    if durations.iter().all(|&own| own == 0.0) {
        return Err(Error::Invalid(format!(
            "{duration} is 0 in {}: nothing was watched for any time; name the column of days or months until the event, or \
             until it was last known not to have come",
            if durations.len() == 1 {
                "the only row".to_owned()
            } else {
                format!("all {} rows", durations.len())
            }
        )));
    }
    super::check_scale(&frame.design)?;
    let clusters = super::clusters(table, &frame, &request.clusters)?;
    let mut cox = Cox::new(&frame.design, &durations, &event_observed);
    if let Some(entry) = &entry {
        cox = cox.entry(entry);
    }
    let singletons = Clusters::singletons(event_observed.len());
    let by = clusters.first().unwrap_or(&singletons);
    let columns = formula.predictors();
    let mut alarms = single_feature_alarms(table, &columns, &frame.rows, &event_observed, by, request.seed);
    let of_times =
        duration_alarms(table, &columns, &frame.rows, &durations, &event_observed, entry.as_deref());
    let is_new = |own: &Alarm| alarms.iter().all(|known| known.column != own.column);
    let of_times: Vec<Alarm> = of_times.into_iter().filter(is_new).collect();
    alarms.extend(of_times);
    let leak_first = |error: Error| with_alarms(error, &alarms, &request.signed_off);
    let fitted =
        cox.fit().map_err(|error| leak_first(by_chance(error, &event_observed, frame.design.columns())))?;
    let mut notes = Vec::new();
    let errors = Errors::of(
        fitted.model_covariance.clone(),
        &fitted.names,
        &clusters,
        false,
        &mut notes,
        |at, kind| {
            let covariance = fitted.cluster_covariance(&clusters[at], kind);
            let column = &request.clusters[at];
            covariance.map_err(|error| super::named(error, table, &frame, column, &clusters[at]))
        },
        |first, second| Ok(fitted.two_way_covariance(first, second)?),
    )
    .map_err(leak_first)?;
    let report = report(request, &frame, &fitted, &errors, &clusters, notes)?;
    Ok(FitReport { alarms, ..report })
}

/// That columns tell whose every event is, with what else it may be where events are few.
fn by_chance(error: dearly_stats::Error, event_observed: &[bool], columns: usize) -> Error {
    let n_events = event_observed.iter().filter(|event| **event).count();
    if !matches!(error, dearly_stats::Error::Monotone { .. }) || n_events > 2 * columns {
        return error.into();
    }
    let (events, columns) = (counted(n_events, "event"), counted(columns, "column"));
    let rows = counted(event_observed.len(), "row");
    Error::Invalid(format!(
        "{error}. With {events} in {rows} for {columns} that may be chance: take more rows or a longer window"
    ))
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn report(
    request: &FitRequest,
    frame: &Frame,
    fitted: &FittedCox,
    errors: &Errors,
    clusters: &[Clusters],
    mut notes: Vec<String>,
) -> Result<FitReport> {
    let (vif, condition_number, inflated) = super::collinearity(&frame.design, &mut notes);
    let columns = super::slopes(&fitted.names);
    let covariance = errors.reported();
    let proportional = fitted.proportional_hazards(TimeScale::KaplanMeier).ok().map(|own| Proportional {
        terms: (0..own.statistics.len())
            .map(|column| ProportionalTerm {
                term: fitted.names[column].clone(),
                statistic: own.statistics[column],
                p_value: own.p_values[column],
            })
            .collect(),
        global: Test {
            statistic: own.global_statistic,
            degrees: own.global_degrees as f64,
            denominator_degrees: None,
            p_value: own.global_p_value,
        },
    });
    if let Some(own) = proportional.as_ref().filter(|own| own.global.p_value < 0.05) {
        let moving: Vec<&str> =
            own.terms.iter().filter(|term| term.p_value < 0.05).map(|term| term.term.as_str()).collect();
        notes.push(format!(
            "hazard ratios change with time (p = {:.2e}{}): what is shown is their average over the events",
            own.global.p_value,
            if moving.is_empty() { String::new() } else { format!("; most those of {}", moving.join(", ")) }
        ));
    }
    let joint = (inflated.len() > 1)
        .then(|| {
            let chosen: Vec<usize> = inflated
                .iter()
                .filter_map(|term| fitted.names.iter().position(|name| name == term))
                .collect();
            let own = covariance.joint_effect(&fitted.coefficients, &chosen, request.level).ok()?;
            Some(Joint {
                terms: inflated.clone(),
                test: own.test.into(),
                sum: own.sum.into(),
                p_value: own.p_value,
            })
        })
        .flatten();
    Ok(FitReport {
        formula: request.formula.clone(),
        family: FitFamily::Cox.as_str(),
        level: request.level,
        n: fitted.n,
        n_events: Some(fitted.n_events),
        n_rarer: None,
        n_dropped: frame.n_dropped,
        dropped: super::dropped(frame),
        clusters: super::cluster_columns(&request.clusters, clusters),
        method: "ml",
        method_reason: "partial likelihood, ties by Efron".to_owned(),
        n_parameters: fitted.coefficients.len(),
        terms: terms(request, fitted, errors)?,
        flic_intercept: None,
        log_likelihood: fitted.log_likelihood,
        penalized_log_likelihood: None,
        likelihood_ratio: Some(fitted.likelihood_ratio_test().into()),
        wald: super::wald(covariance, &fitted.coefficients, &columns),
        vif,
        condition_number,
        joint,
        separation: SeparationReport { kind: "none", terms: Vec::new(), n_separated: 0 },
        dispersion: None,
        concordance: fitted.concordance(),
        proportional_hazards: proportional,
        apparent: None,
        out_of_fold: None,
        alarms: Vec::new(),
        notes,
    })
}

fn terms(request: &FitRequest, fitted: &FittedCox, errors: &Errors) -> Result<Vec<Term>> {
    let kind = errors.reported().kind.as_str();
    let terms = fitted.terms(errors.reported(), request.level)?;
    Ok(terms
        .into_iter()
        .enumerate()
        .map(|(column, own)| {
            let mut term = Term {
                term: own.term,
                estimate: own.estimate,
                standard_error: own.standard_error,
                standard_errors: errors.standard_errors(column),
                interval: Interval::of(own.interval, kind),
                odds_ratio: None,
                odds_ratio_interval: None,
                hazard_ratio: None,
                hazard_ratio_interval: None,
                mean_ratio: None,
                mean_ratio_interval: None,
                p_value: own.p_value,
            };
            super::ratios(&mut term, FitFamily::Cox);
            term
        })
        .collect())
}

/// The numbers of a column in the rows of the frame; yes and no count as 1 and 0.
pub(crate) fn numbers(table: &Table, frame: &Frame, name: &str) -> Result<Vec<f64>> {
    let not_numbers = || {
        Error::Invalid(format!(
            "{name} holds words; expected numbers, or yes and no where it says whether something was"
        ))
    };
    let values: Option<Vec<f64>> = match table.column(name) {
        Some(Column::Numbers(values)) => frame.rows.iter().map(|&row| values[row]).collect(),
        Some(Column::Texts(texts)) => {
            let numbers = texts.yes_and_no().ok_or_else(not_numbers)?;
            frame.rows.iter().map(|&row| texts.codes()[row].map(|code| numbers[code as usize])).collect()
        }
        None => None,
    };
    let values = values.ok_or_else(not_numbers)?;
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(at) => Err(Error::Invalid(format!(
            "{name} is {} in data row {}, not a finite number: drop the row or give its value",
            values[at],
            frame.rows[at] + 1
        ))),
    }
}
