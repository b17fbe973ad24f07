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
    /// By both ways, but no error smaller than those by one.
    wider: Option<Covariance>,
}

impl Errors {
    /// Those of no cluster, one or two: `by` one of them, and by `both`. The jackknife of a fit by Firth's method may be
    /// missing, which a note then says; then there is nothing by both ways.
    pub(super) fn of(
        model: Covariance,
        names: &[String],
        clusters: &[Clusters],
        is_firth: bool,
        notes: &mut Vec<String>,
        by: impl Fn(usize, ClusterErrors) -> Result<Covariance>,
        both: impl Fn(&Clusters, &Clusters) -> Result<Covariance>,
    ) -> Result<Errors> {
        let mut errors =
            Errors { model, cr0: None, cr1: None, cr1s: None, cv3: None, two_way: None, wider: None };
        if clusters.is_empty() {
            return Ok(errors);
        }
        errors.cr0 = Some(by(0, ClusterErrors::Cr0)?);
        errors.cr1 = Some(by(0, ClusterErrors::Cr1)?);
        errors.cr1s = Some(by(0, ClusterErrors::Cr1s)?);
        // Sums over clusters say next to nothing of a column that one of them tells; the jackknife refuses it.
        match by(0, ClusterErrors::Cv3) {
            Ok(own) => errors.cv3 = Some(own),
            Err(error) if is_firth => notes.push(format!(
                "intervals are of the penalised profile and take rows as independent, since the jackknife over clusters has \
                 no value: {error}"
            )),
            Err(error) => return Err(error),
        }
        if let ([first, second, ..], Some(of_first)) = (clusters, &errors.cv3) {
            match by(1, ClusterErrors::Cv3) {
                Ok(of_second) => {
                    let own = both(first, second)?;
                    errors.wider = Some(wider(&own, [of_first, &of_second], names, notes));
                    errors.two_way = Some(own);
                }
                Err(error) if is_firth => notes.push(format!(
                    "intervals are by the first cluster alone, since the jackknife over the second has no value: {error}"
                )),
                Err(error) => return Err(error),
            }
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
        self.wider.as_ref().or(self.cv3.as_ref()).unwrap_or(&self.model)
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

/// The covariance by both ways with no variance below the larger of those that either alone would show: a difference of sums
/// over few clusters can come out far too small, or be 0.
fn wider(both: &Covariance, ways: [&Covariance; 2], names: &[String], notes: &mut Vec<String>) -> Covariance {
    let mut own = both.clone();
    let mut raised = Vec::new();
    for (column, name) in names.iter().enumerate() {
        let at = (column, column);
        let least = ways[0].matrix[at].max(ways[1].matrix[at]);
        // A larger diagonal leaves a covariance one.
        if own.matrix[at] < least {
            own.matrix[at] = least;
            raised.push(name.as_str());
        }
    }
    if !raised.is_empty() {
        notes.push(format!(
            "by both clusters together the errors of {} come out below those by one of them, which is chance: their intervals \
             are by the wider one",
            raised.join(", ")
        ));
    }
    own
}
