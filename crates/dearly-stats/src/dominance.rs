use crate::bootstrap::{each_replicate, enough};
use crate::compare::Resampling;
use crate::glm::newton::{NEARLY, Problem, Workspace};
use crate::{Cholesky, Clusters, Design, Error, Glm, Interval};

/// Columns that count as one, as the component that they describe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its columns in the design.
    pub columns: Vec<usize>,
}

/// What each component adds to the fit, whichever others are already there.
#[derive(Debug, Clone, PartialEq)]
pub struct Dominance {
    /// One for each component, in their order.
    pub components: Vec<DominanceOf>,
    /// McFadden's R² with all components.
    pub r2: f64,
    /// McFadden's R² of the columns that belong to no component.
    pub baseline_r2: f64,
    /// Bootstrap replicates that could not be fitted.
    pub n_failed: usize,
}

/// One component's part.
#[derive(Debug, Clone, PartialEq)]
pub struct DominanceOf {
    /// Its name.
    pub name: String,
    /// The mean increase of McFadden's R²; over components they add up to R² − baseline R².
    pub contribution: f64,
    /// The contribution over the sum of contributions.
    pub share: f64,
    /// The percentile interval of the share.
    pub interval: Interval,
}

/// More components than this are more models than anybody waits for.
const MOST: usize = 10;

impl Glm<'_> {
    /// General dominance: how much each component raises McFadden's R², averaged over all subsets of the others, first
    /// within each size and then over sizes. Columns of no component, as the intercept and what is adjusted for, are in
    /// every model.
    ///
    /// With c components 2ᶜ models are fitted to the rows and to each replicate. A replicate in which one of them has
    /// no fit, or in which nothing adds anything, is left out and counted.
    ///
    /// # Shapes
    /// As [`Glm::fit`]; `clusters` has one cluster for each row ([`Clusters::singletons`] where rows are independent).
    /// From 1 to 10 components, each of at least one column, counted from 0, and no column in two.
    ///
    /// # Units
    /// Contributions are parts of R², none below 0 but for rounding; shares of their sum add up to 1.
    ///
    /// # Errors
    /// Those of [`Glm::fit`] on the full model; [`Error::Refused`] for a family other than 0 or 1, for no component or
    /// more than 10, for one without a column or with the intercept, for a column in two, without an intercept, and if
    /// more than a tenth of the replicates could not be fitted; [`Error::OutOfRange`] for a column that is not there;
    /// those of [`Glm::bootstrap_clusters`] for clusters and resampling.
    ///
    /// # Source
    /// Budescu (1993); Azen and Traxel (2009) for logistic regression. Checked against all subsets fitted by
    /// statsmodels, see `tests/golden/dominance.json`.
    ///
    /// # Example
    /// Of ten rows each renew 2 with neither, 5 with one or the other, 8 with both: they matter the same.
    /// ```
    /// use dearly_stats::compare::Resampling;
    /// use dearly_stats::{Clusters, Component, Design, Family, Glm};
    ///
    /// let columns = [("a", [0.0, 1.0, 0.0, 1.0]), ("b", [0.0, 0.0, 1.0, 1.0])];
    /// let columns = columns.map(|(name, values)| (name.to_owned(), values.repeat(10)));
    /// let renewed =
    ///     [[1.0; 4].repeat(2), [0.0, 1.0, 1.0, 1.0].repeat(3), [0.0, 0.0, 0.0, 1.0].repeat(3), vec![0.0; 8]];
    /// let components = [1, 2].map(|column| Component { name: format!("column {column}"), columns: vec![column] });
    /// let (design, rows) = (Design::with_intercept(40, columns.to_vec())?, Clusters::singletons(40));
    /// let resampling = Resampling { replicates: 100, ..Resampling::default() };
    /// let found = Glm::new(Family::Logit).dominance(&design, &renewed.concat(), &components, &rows, resampling)?;
    /// assert!((found.components[0].share - 0.5).abs() < 1e-9 && (found.components[1].share - 0.5).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn dominance(
        &self,
        design: &Design,
        outcome: &[f64],
        components: &[Component],
        clusters: &Clusters,
        resampling: Resampling,
    ) -> Result<Dominance, Error> {
        let baseline = self.check_components(design, components)?;
        let whole = self.fit(design, outcome)?;
        let count = components.len();
        let subsets = 1usize << count;
        // ℓ of each subset and of the empty model, on the rows as they are and on each replicate.
        let mut fits: Vec<Vec<Option<f64>>> = Vec::with_capacity(subsets + 1);
        let mut of_all = Vec::with_capacity(subsets + 1);
        for subset in 0..=subsets {
            let mut columns = baseline.clone();
            if subset < subsets {
                let chosen = components.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1);
                columns.extend(chosen.flat_map(|(_, component)| &component.columns));
                columns.sort_unstable();
            } else {
                columns.retain(|&column| Some(column) == design.intercept());
            }
            let smaller = design.columns_of(&columns);
            let fitted = self.cold().fit(&smaller, outcome)?;
            of_all.push(fitted.log_likelihood);
            let problem = Problem { remains: NEARLY, ..self.problem(&smaller, outcome) };
            let prepared = Workspace::new(&problem);
            let near = Cholesky::named(&fitted.information, &fitted.names)?;
            fits.push(each_replicate(clusters, resampling, outcome.len(), || {
                let (mut workspace, near) = (prepared.clone(), near.clone());
                let fitted = &fitted;
                move |weights: &[f64], active: &[u32]| {
                    let all = self.known_weights().map(|known| {
                        known.iter().zip(weights).map(|(known, weight)| known * weight).collect::<Vec<f64>>()
                    });
                    let weights = Some(all.as_deref().unwrap_or(weights));
                    let drawn = Problem { weights, active: Some(active), ..problem };
                    drawn
                        .solve(&fitted.coefficients, Some((&near, 1.0)), &mut workspace)
                        .ok()
                        .map(|solution| solution.log_likelihood)
                }
            })?);
        }
        let mut shares: Vec<Vec<f64>> = vec![Vec::with_capacity(resampling.replicates); count];
        for replicate in 0..resampling.replicates {
            let Some(fits) = fits.iter().map(|fit| fit[replicate]).collect::<Option<Vec<f64>>>() else {
                continue;
            };
            let found = contributions(&fits, count);
            let sum: f64 = found.iter().sum();
            if sum > 0.0 {
                shares.iter_mut().zip(found).for_each(|(shares, found)| shares.push(found / sum));
            }
        }
        let n_failed = enough(shares[0].len(), resampling)?;
        let found = contributions(&of_all, count);
        let sum: f64 = found.iter().sum();
        let named =
            components.iter().zip(found).zip(shares).map(|((component, contribution), mut shares)| {
                DominanceOf {
                    name: component.name.clone(),
                    contribution,
                    share: contribution / sum,
                    interval: Interval::percentile(&mut shares, resampling.level),
                }
            });
        let r2 = |subset: usize| 1.0 - of_all[subset] / of_all[subsets];
        debug_assert!(
            (of_all[subsets - 1] - whole.log_likelihood).abs() < 1e-6,
            "all components are the whole"
        );
        Ok(Dominance { components: named.collect(), r2: r2(subsets - 1), baseline_r2: r2(0), n_failed })
    }

    /// The columns of no component.
    fn check_components(&self, design: &Design, components: &[Component]) -> Result<Vec<usize>, Error> {
        let refused = |why: String| Err(Error::Refused(why));
        if !self.family().is_binary() {
            return refused(
                "dominance compares likelihoods of an outcome that is 0 or 1: use such a family".to_owned(),
            );
        }
        if design.intercept().is_none() {
            return refused("dominance compares with a model of the intercept: add one".to_owned());
        }
        if components.is_empty() || components.len() > MOST {
            return refused(format!("dominance takes from 1 to {MOST} components, not {}", components.len()));
        }
        let mut taken = vec![false; design.columns()];
        for component in components {
            for &column in &component.columns {
                match taken.get_mut(column) {
                    None => {
                        return Err(Error::OutOfRange {
                            what: format!("a column of {}", component.name),
                            value: column as f64,
                            expected: "a column of the design, counted from 0",
                        });
                    }
                    Some(true) => return refused(format!("{} is in two components", design.names()[column])),
                    Some(_) if Some(column) == design.intercept() => {
                        return refused("the intercept can be in no component".to_owned());
                    }
                    Some(taken) => *taken = true,
                }
            }
            if component.columns.is_empty() {
                return refused(format!("{} has no column", component.name));
            }
        }
        Ok((0..design.columns()).filter(|&column| !taken[column]).collect())
    }
}

/// The mean increase of McFadden's R² by each component: over subsets of one size, then over sizes.
fn contributions(log_likelihoods: &[f64], count: usize) -> Vec<f64> {
    let empty = log_likelihoods[1 << count];
    // With s others there, 1 / (count · C(count − 1, s)).
    let weight = |others: usize| {
        let ways = (0..others).fold(1.0, |ways, at| ways * (count - 1 - at) as f64 / (at + 1) as f64);
        1.0 / (count as f64 * ways)
    };
    let of = |component: usize| {
        let without = (0..1usize << count).filter(|subset| subset >> component & 1 == 0);
        without
            .map(|subset| {
                let risen = log_likelihoods[subset | 1 << component] - log_likelihoods[subset];
                weight(subset.count_ones() as usize) * risen / -empty
            })
            .sum()
    };
    (0..count).map(of).collect()
}
