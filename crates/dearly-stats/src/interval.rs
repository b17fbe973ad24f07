/// A confidence interval, with how it was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// The share of such intervals that hold the truth, as 0.95.
    pub level: f64,
    /// How it was made.
    pub kind: IntervalKind,
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntervalKind {
    /// From the model's own covariance.
    Model,
    /// From errors by cluster without a correction.
    Cr0,
    /// From errors by cluster times G/(G − 1).
    Cr1,
    /// From errors by cluster times G/(G − 1) · (n − 1)/(n − p).
    Cr1s,
    /// From the linearised jackknife over clusters, with t of G − 1 degrees.
    Cv3,
    /// From errors by two ways of clustering.
    TwoWay,
    /// Where the likelihood, maximised over everything else, has fallen by half a χ² quantile.
    ProfileLikelihood,
    /// The same of Firth's penalised likelihood.
    PenalizedProfile,
    /// Percentiles of a bootstrap.
    BootstrapPercentile,
    /// DeLong's variance, on the logit scale.
    DelongLogit,
    /// From the summed influence of each cluster.
    Influence,
    /// By the delta method or by draws of the coefficients.
    Delta,
    /// Exact by the binomial distribution (Clopper and Pearson).
    Exact,
    /// Newcombe's for a difference of two shares.
    Newcombe,
    /// From the distribution of the forecast itself.
    Predictive,
}

impl IntervalKind {
    /// The name for tables and JSON, in lower case with underscores.
    pub fn as_str(self) -> &'static str {
        match self {
            IntervalKind::Model => "model",
            IntervalKind::Cr0 => "cr0",
            IntervalKind::Cr1 => "cr1",
            IntervalKind::Cr1s => "cr1s",
            IntervalKind::Cv3 => "cv3",
            IntervalKind::TwoWay => "two_way",
            IntervalKind::ProfileLikelihood => "profile_likelihood",
            IntervalKind::PenalizedProfile => "penalized_profile",
            IntervalKind::BootstrapPercentile => "bootstrap_percentile",
            IntervalKind::DelongLogit => "delong_logit",
            IntervalKind::Influence => "influence",
            IntervalKind::Delta => "delta",
            IntervalKind::Exact => "exact",
            IntervalKind::Newcombe => "newcombe",
            IntervalKind::Predictive => "predictive",
        }
    }
}

impl Interval {
    /// The interval of a transformed quantity, as an odds ratio by the exponential; `transform` must be increasing.
    pub fn map(self, transform: impl Fn(f64) -> f64) -> Interval {
        Interval { low: transform(self.low), high: transform(self.high), ..self }
    }

    /// Whether a value lies inside, bounds included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl std::fmt::Display for IntervalKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}
