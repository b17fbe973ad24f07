use rayon::prelude::*;

use super::model::{Effects, Links, Panel};
use super::{Bootstrapped, Chain, Mediation};
use crate::random::bootstrap_weights;
use crate::{Error, Interval};

/// The effects with what the replicates say of them.
pub(super) fn chain(mediation: &Mediation<'_>, panel: &Panel<'_>, whole: &Links) -> Result<Chain, Error> {
    let point = panel.effects(whole, &vec![1.0; mediation.outcome.len()]);
    let drawn: Vec<Option<Effects>> = (0..mediation.replicates as u64)
        .into_par_iter()
        .map(|replicate| {
            let weights = bootstrap_weights(mediation.clusters, mediation.seed, replicate);
            let links = panel.fit(&weights, Some(&whole.outcome)).ok()?;
            Some(panel.effects(&links, &weights))
        })
        .collect();
    let drawn: Vec<Effects> = drawn.into_iter().flatten().collect();
    let n_failed = mediation.replicates - drawn.len();
    if n_failed * 10 > mediation.replicates {
        return Err(Error::Refused(format!(
            "{n_failed} of {} bootstrap replicates have no fit: there are too few events for so many columns; leave some out",
            mediation.replicates
        )));
    }
    let over = |of: &dyn Fn(&Effects) -> f64| -> Bootstrapped {
        let mut values: Vec<f64> = drawn.iter().map(of).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Bootstrapped {
            estimate: of(&point),
            standard_error: (squares / (values.len() as f64 - 1.0)).sqrt(),
            interval: Interval::percentile(&mut values, mediation.level),
        }
    };
    let by_mediator = |of: &dyn Fn(&Effects, usize) -> f64| -> Vec<(String, Bootstrapped)> {
        let names = mediation.mediators.iter().enumerate();
        names.map(|(at, (name, _))| (name.clone(), over(&|effects| of(effects, at)))).collect()
    };
    Ok(Chain {
        on_mediators: by_mediator(&|effects, at| effects.on_mediators[at]),
        on_outcome: by_mediator(&|effects, at| effects.on_outcome[at]),
        total: over(&|effects| effects.total),
        indirect: over(&|effects| effects.indirect),
        direct: over(&|effects| effects.total - effects.indirect),
        share_mediated: over(&|effects| effects.indirect / effects.total),
        indirect_amount: mediation.amounts.map(|_| over(&|effects| effects.indirect_amount)),
        replicates: mediation.replicates,
        n_failed,
    })
}
