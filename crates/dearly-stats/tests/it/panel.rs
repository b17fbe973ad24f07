//! The small panel that reference values of regressions are computed on.

use dearly_stats::{Clusters, Design, Family};
use serde_json::Value;

use crate::golden::{golden, numbers};

pub(crate) struct Panel {
    values: Value,
    pub(crate) design: Design,
    pub(crate) accounts: Clusters,
    pub(crate) managers: Clusters,
}

pub(crate) const FAMILIES: [(&str, Family, &str); 6] = [
    ("logit", Family::Logit, "renewed"),
    ("complementary_log_log", Family::ComplementaryLogLog, "renewed"),
    ("gaussian", Family::Gaussian, "score"),
    ("fractional_logit", Family::FractionalLogit, "share"),
    ("gamma_log", Family::GammaLog, "gain"),
    ("poisson", Family::Poisson, "tickets"),
];

impl Panel {
    pub(crate) fn read() -> Panel {
        let values = golden("panel");
        let columns =
            ["adoption", "deployment", "tenure"].map(|name| (name.to_owned(), numbers(&values[name])));
        let design = Design::with_intercept(columns[0].1.len(), columns.to_vec()).unwrap();
        let clusters = |name: &str| {
            Clusters::from_labels(
                &numbers(&values[name]).iter().map(|label| *label as i64).collect::<Vec<_>>(),
            )
        };
        Panel { design, accounts: clusters("account"), managers: clusters("manager"), values }
    }

    pub(crate) fn column(&self, name: &str) -> Vec<f64> {
        numbers(&self.values[name])
    }
}

/// Numbers drawn from a counter, the same on every machine: uniform in (0, 1).
pub(crate) fn uniform(seed: u64, index: usize) -> f64 {
    let mut z = seed
        .wrapping_mul(0x2545_f491_4f6c_dd1d)
        .wrapping_add((index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) as f64 + 0.5) / 2f64.powi(64)
}
