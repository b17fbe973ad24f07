use super::newton::unpacked;
use super::{FittedCox, residuals};
use crate::error::same_length;
use crate::sandwich::ClusterErrors;
use crate::{Cholesky, Clusters, Covariance, Error, Matrix};

impl FittedCox {
    /// The covariance of the coefficients when the rows of a cluster depend on each other in any way.
    ///
    /// CR0 is H⁻¹ (Σ s_g s_g′) H⁻¹, as R's `robust`, with s_g the sum of the score residuals of cluster g. CV3 is (G −
    /// 1)/G Σ δ_g δ_g′ with δ_g = −(H − H_g)⁻¹ s_g, and H_g what the rows of the cluster add to the information: of
    /// each event while they are at risk, their share of the risk times (x − mean)(x − mean)′, all H_g together H. It
    /// leaves out that risk sets change as a cluster goes, so that on fewer than about 20 clusters with much of their
    /// own it stays some percent under the jackknife with a fit for each. Rows of weight 0 belong to no cluster.
    ///
    /// # Shapes
    /// `clusters` has one cluster for each row of the fit.
    ///
    /// # Units
    /// Variances of log hazard ratios, in the columns' own units. CV3's intervals use t with G − 1 degrees, those of
    /// the others the normal distribution.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::TooFewClusters`] under 2; for [`ClusterErrors::Cv3`]
    /// [`Error::ToldByOneCluster`] when a column varies inside one cluster only.
    ///
    /// # Source
    /// Lin and Wei (1989), with Efron's weights; MacKinnon, Nielsen and Webb (2024) for CV3. Checked against R
    /// `survival::coxph` and a direct sum over risk sets, see `tests/golden/survival.json`.
    ///
    /// # Example
    /// Four pairs, in three of which the row with `x` goes first: the hazard ratio is 3 and the model's variance 1/3 +
    /// 1/1. Pairs are independent, so that CR0 by pair is that variance, and CV3 by four pairs 4/3 of it.
    /// ```
    /// use dearly_stats::{ClusterErrors, Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let variance = |errors| fitted.cluster_covariance(&pairs, errors).map(|found| found.matrix[(0, 0)]);
    /// assert!((variance(ClusterErrors::Cr0)? - 4.0 / 3.0).abs() < 1e-9);
    /// assert!((variance(ClusterErrors::Cv3)? - 16.0 / 9.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn cluster_covariance(
        &self,
        clusters: &Clusters,
        errors: ClusterErrors,
    ) -> Result<Covariance, Error> {
        same_length("the cluster", self.n, clusters.rows())?;
        let n_clusters = clusters.among(self.rows.source.iter().copied())?;
        let scores = self.scores_by_cluster(clusters);
        errors.covariance(
            n_clusters,
            self.rows.weight.iter().sum(),
            || self.jackknife(clusters, &scores, n_clusters as f64),
            || Ok(self.bread_and_meat(&scores)),
        )
    }

    /// H⁻¹ (Σ s_g s_g′) H⁻¹.
    fn bread_and_meat(&self, scores: &Matrix) -> Matrix {
        let mut meat = Matrix::zeros(scores.columns, scores.columns);
        for cluster in 0..scores.rows {
            let sums = scores.row(cluster).iter().zip(&self.rows.scales);
            meat.add_outer_lower(&sums.map(|(sum, scale)| sum * scale).collect::<Vec<f64>>(), 1.0);
        }
        meat.mirror_lower();
        let bread = &self.model_covariance.matrix;
        bread.times(&meat).times(bread)
    }

    /// The covariance when rows depend on each other along two ways: V₁ + V₂ − V₁₂, each CR1, as
    /// [`FittedGlm::two_way_covariance`](crate::FittedGlm::two_way_covariance) has it. Negative eigenvalues, which the
    /// difference can have, are set to 0; intervals use t with one degree less than the fewer clusters.
    ///
    /// # Shapes
    /// Both have one cluster for each row of the fit.
    ///
    /// # Units
    /// As [`FittedCox::cluster_covariance`].
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::TooFewClusters`] under 2 in either way.
    ///
    /// # Source
    /// Cameron, Gelbach and Miller (2011); the project's `docs/METHOD.md`, 3.
    ///
    /// # Example
    /// The four pairs of [`FittedCox::cluster_covariance`]. Rows, as a second way, lie within pairs and add nothing:
    /// what is left is CR1 by pair, 4/3 of 4/3.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let found = fitted.two_way_covariance(&pairs, &Clusters::singletons(8))?;
    /// assert!((found.matrix[(0, 0)] - 16.0 / 9.0).abs() < 1e-9);
    /// assert_eq!(found.degrees, Some(3.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn two_way_covariance(&self, first: &Clusters, second: &Clusters) -> Result<Covariance, Error> {
        same_length("the second cluster", self.n, second.rows())?;
        let by = |clusters: &Clusters| self.cluster_covariance(clusters, ClusterErrors::Cr1);
        Ok(Covariance::two_way(by(first)?, &by(second)?, &by(&first.crossed(second))?))
    }

    /// The score residuals of each cluster's rows together, in standardised columns.
    fn scores_by_cluster(&self, clusters: &Clusters) -> Matrix {
        let (by_place, _) = residuals::score(&self.rows, &self.eta);
        let mut sums = Matrix::zeros(clusters.count(), self.rows.columns);
        for (place, residual) in by_place.chunks_exact(sums.columns).enumerate() {
            let into = clusters.of(self.rows.source[place]) * sums.columns;
            for (column, value) in residual.iter().enumerate() {
                sums.values[into + column] += self.rows.weight[place] * value;
            }
        }
        sums
    }

    /// (G − 1)/G Σ δ_g δ_g′, the linearised jackknife.
    fn jackknife(&self, clusters: &Clusters, scores: &Matrix, count: f64) -> Result<Matrix, Error> {
        let p = self.rows.columns;
        if let Some(error) = self.told_by_one(clusters) {
            return Err(error);
        }
        let of_clusters = residuals::information(&self.rows, &self.eta, clusters);
        let mut whole = vec![0.0; of_clusters.columns];
        for cluster in 0..of_clusters.rows {
            for (sum, value) in whole.iter_mut().zip(of_clusters.row(cluster)) {
                *sum += value;
            }
        }
        let mut sum = Matrix::zeros(p, p);
        for cluster in 0..of_clusters.rows {
            let of_cluster = of_clusters.row(cluster);
            let rest: Vec<f64> = whole.iter().zip(of_cluster).map(|(all, own)| all - own).collect();
            let factor = Cholesky::new(&unpacked(&rest, p)).map_err(|column| Error::ToldByOneCluster {
                column: Some(self.names[column].clone()),
                cluster,
            })?;
            let moved = factor.solve(scores.row(cluster));
            let moved: Vec<f64> =
                moved.iter().zip(&self.rows.scales).map(|(own, scale)| own / scale).collect();
            sum.add_outer_lower(&moved, 1.0);
        }
        sum.mirror_lower();
        sum.values.iter_mut().for_each(|value| *value *= (count - 1.0) / count);
        Ok(sum)
    }

    /// The column, if there is one, that has one value in all rows outside some cluster, so that without it nothing is
    /// known of it. The information tells nothing of this, since means move as the cluster goes.
    fn told_by_one(&self, clusters: &Clusters) -> Option<Error> {
        let cluster_of = |place: usize| clusters.of(self.rows.source[place]);
        let other = (1..self.rows.len()).find(|&place| cluster_of(place) != cluster_of(0))?;
        for column in 0..self.rows.columns {
            let value = |place: usize| self.rows.row(place)[column];
            // The common value is that of the first row, or of the first of another cluster.
            for common in [value(0), value(other)] {
                let mut differing =
                    (0..self.rows.len()).filter(|&place| value(place) != common).map(cluster_of);
                if let Some(cluster) = differing.next()
                    && differing.all(|own| own == cluster)
                {
                    return Some(Error::ToldByOneCluster {
                        column: Some(self.names[column].clone()),
                        cluster,
                    });
                }
            }
        }
        None
    }
}
