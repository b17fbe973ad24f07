use super::model::{Effects, Links, Panel};
use super::{Chain, Mediation};
use crate::bootstrap::{each_replicate, enough};
use crate::compare::Bootstrapped;
use crate::{Error, Interval};

/// The effects with what the replicates say of them.
pub(super) fn chain(mediation: &Mediation<'_>, panel: &Panel<'_>, whole: &Links) -> Result<Chain, Error> {
    let rows = mediation.outcome.len();
    let point = panel.effects(whole, &vec![1.0; rows]);
    let resampling = mediation.resampling;
    let prepared = panel.workspace();
    let drawn: Vec<Option<Effects>> = each_replicate(mediation.clusters, resampling, rows, || {
        let mut workspace = prepared.clone();
        move |weights: &[f64], active: &[u32]| {
            let links = panel.refit(weights, active, whole, &mut workspace)?;
            Some(panel.effects(&links, weights))
        }
    })?;
    let drawn: Vec<Effects> = drawn.into_iter().flatten().collect();
    let n_failed = enough(drawn.len(), resampling)?;
    let over = |of: &dyn Fn(&Effects) -> f64| -> Bootstrapped {
        let mut values: Vec<f64> = drawn.iter().map(of).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Bootstrapped {
            estimate: of(&point),
            standard_error: (squares / (values.len() as f64 - 1.0)).sqrt(),
            interval: Interval::bias_corrected(&mut values, of(&point), resampling.level),
            n_replicates: values.len(),
            n_failed,
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
        indirect_complement_ratio: over(&|effects| effects.indirect_complement_ratio),
        share_mediated: over(&|effects| effects.indirect / effects.total),
        indirect_amount: mediation.amounts.map(|_| over(&|effects| effects.indirect_amount)),
    })
}
