use super::Aipw;
use super::nuisance::Nuisances;

/// Whether treated and untreated rows can be compared at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// The smallest propensity, as fitted.
    pub least_propensity: f64,
    /// The largest.
    pub most_propensity: f64,
    /// Rows whose propensity was held at the trim.
    pub n_trimmed: usize,
    /// Their share.
    pub share_trimmed: f64,
    /// As many equally weighted treated rows would tell as much: (Σw)²/Σw² with w = 1/e.
    pub effective_treated: f64,
    /// The same of the untreated, with w = 1/(1 − e).
    pub effective_untreated: f64,
}

/// How far apart the means of a confounder lie, in standard deviations: (mean of the treated − mean of the untreated)
/// over the root of the mean of both variances. Beyond 0.10 either way is worth a look.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The confounder.
    pub term: String,
    /// As the rows are.
    pub before: f64,
    /// Weighted by 1/e and 1/(1 − e).
    pub after: f64,
    /// Weighted by 1 − e and e, as for the overlap.
    pub overlap: f64,
}

pub(super) fn overlap(aipw: &Aipw<'_>, nuisances: &Nuisances) -> Overlap {
    let n = aipw.treatment.len();
    let fitted = &nuisances.fitted_propensity;
    let n_trimmed = (0..n).filter(|&row| fitted[row] != nuisances.propensity[row]).count();
    let effective = |treated: bool| {
        let (mut sum, mut squares) = (0.0, 0.0);
        for row in (0..n).filter(|&row| aipw.treatment[row] == treated) {
            let e = nuisances.propensity[row];
            let weight = if treated { 1.0 / e } else { 1.0 / (1.0 - e) };
            sum += weight;
            squares += weight * weight;
        }
        sum * sum / squares
    };
    Overlap {
        least_propensity: fitted.iter().copied().fold(f64::INFINITY, f64::min),
        most_propensity: fitted.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        n_trimmed,
        share_trimmed: n_trimmed as f64 / n as f64,
        effective_treated: effective(true),
        effective_untreated: effective(false),
    }
}

pub(super) fn balance(aipw: &Aipw<'_>, nuisances: &Nuisances) -> Vec<Balance> {
    let design = aipw.confounders;
    let n = design.rows();
    (0..design.columns())
        .filter(|&column| Some(column) != design.intercept())
        .map(|column| {
            let values = design.column(column);
            let mean = |treated: bool, weight: &dyn Fn(usize) -> f64| {
                let (mut sum, mut total) = (0.0, 0.0);
                for row in (0..n).filter(|&row| aipw.treatment[row] == treated) {
                    sum += weight(row) * values[row];
                    total += weight(row);
                }
                (sum / total, total)
            };
            let one = |_: usize| 1.0;
            let variance = |treated: bool| {
                let (centre, count) = mean(treated, &one);
                let of_rows = (0..n).filter(|&row| aipw.treatment[row] == treated);
                of_rows.map(|row| (values[row] - centre).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)
            };
            let spread = ((variance(true) + variance(false)) / 2.0).sqrt();
            let distance = |weigh: &dyn Fn(usize) -> f64| {
                let apart = mean(true, weigh).0 - mean(false, weigh).0;
                if apart == 0.0 { 0.0 } else { apart / spread }
            };
            let e = &nuisances.propensity;
            let inverse = |row: usize| if aipw.treatment[row] { 1.0 / e[row] } else { 1.0 / (1.0 - e[row]) };
            let either = |row: usize| if aipw.treatment[row] { 1.0 - e[row] } else { e[row] };
            Balance {
                term: design.names()[column].clone(),
                before: distance(&one),
                after: distance(&inverse),
                overlap: distance(&either),
            }
        })
        .collect()
}
