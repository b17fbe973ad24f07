use dearly_stats::{ClusterErrors, Clusters, Covariance};

use super::report::StandardErrors;
use crate::Result;

/// Below this many clusters intervals are too narrow even with the jackknife.
const FEW_CLUSTERS: usize = 30;

/// The covariances of a fit.
pub(super) struct Errors {
    model: Covariance,
    cr0: Option<Covariance>,
    cr1: Option<Covariance>,
    cr1s: Option<Covariance>,
    cv3: Option<Covariance>,
    two_way: Option<Covariance>,
}

impl Errors {
    /// Those of no cluster, one or two, with `by` for the first alone and `two_way` for both. The jackknife of a fit by
    /// Firth's method may be missing, which a note then says.
    pub(super) fn of(
        model: Covariance,
        clusters: &[Clusters],
        is_firth: bool,
        notes: &mut Vec<String>,
        by: impl Fn(&Clusters, ClusterErrors) -> Result<Covariance>,
        two_way: impl Fn(&Clusters, &Clusters) -> Result<Covariance>,
    ) -> Result<Errors> {
        let mut errors = Errors { model, cr0: None, cr1: None, cr1s: None, cv3: None, two_way: None };
        let Some(first) = clusters.first() else {
            return Ok(errors);
        };
        errors.cr0 = Some(by(first, ClusterErrors::Cr0)?);
        errors.cr1 = Some(by(first, ClusterErrors::Cr1)?);
        errors.cr1s = Some(by(first, ClusterErrors::Cr1s)?);
        match by(first, ClusterErrors::Cv3) {
            Ok(own) => errors.cv3 = Some(own),
            Err(error) if is_firth => notes.push(format!(
                "intervals are of the penalised profile and take rows as independent, since the jackknife over clusters has \
                 no value: {error}"
            )),
            Err(error) => return Err(error),
        }
        if let Some(second) = clusters.get(1) {
            errors.two_way = Some(two_way(first, second)?);
        }
        let fewest = clusters.iter().map(Clusters::count).min().unwrap_or(0);
        if fewest < FEW_CLUSTERS {
            notes.push(format!(
                "{fewest} clusters are few (below {FEW_CLUSTERS}): intervals are wide for it, and still somewhat too narrow"
            ));
        }
        Ok(errors)
    }

    /// The covariance behind the intervals.
    pub(super) fn reported(&self) -> &Covariance {
        self.two_way.as_ref().or(self.cv3.as_ref()).unwrap_or(&self.model)
    }

    /// Whether rows are taken as independent.
    pub(super) fn is_by_rows(&self) -> bool {
        self.two_way.is_none() && self.cv3.is_none()
    }

    /// All that there are of a coefficient.
    pub(super) fn standard_errors(&self, column: usize) -> StandardErrors {
        let of = |own: &Covariance| own.matrix[(column, column)].max(0.0).sqrt();
        let by = |own: &Option<Covariance>| own.as_ref().map(of);
        StandardErrors {
            model: of(&self.model),
            cr0: by(&self.cr0),
            cr1: by(&self.cr1),
            cr1s: by(&self.cr1s),
            cv3: by(&self.cv3),
            two_way: by(&self.two_way),
        }
    }
}
