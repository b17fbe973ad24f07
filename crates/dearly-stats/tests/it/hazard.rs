use dearly_stats::hazard::person_periods;
use dearly_stats::{Clusters, Error, Family};

use crate::golden::{bools, close, golden, number, numbers};

#[test]
fn hazards_equal_glm_on_split_rows() {
    let golden = golden("hazard");
    let data = &golden["data"];
    let whole = |name: &str| numbers(&data[name]).into_iter().map(|value| value as u32).collect::<Vec<u32>>();
    let rows = person_periods(&whole("duration"), &bools(&data["event"]), Some(&whole("entry"))).unwrap();
    assert_eq!(rows.rows() as f64, number(&golden["n_rows"]));
    let columns =
        ["adoption", "plan"].map(|name| (name.to_owned(), rows.spread(&numbers(&data[name])))).to_vec();
    let clusters = rows.clusters(&Clusters::from_labels(&whole("account")));
    for (family, key) in [(Family::ComplementaryLogLog, "cloglog"), (Family::Logit, "logit")] {
        let expected = &golden[key];
        let fitted = rows.fit(family, columns.clone(), Some(5), Some(&clusters)).unwrap();
        let model = fitted.glm.standard_errors();
        for (index, value) in numbers(&expected["coefficients"]).into_iter().enumerate() {
            close(key, fitted.glm.coefficients[index], value, 1e-8);
            close(key, model[index], numbers(&expected["model"])[index], 1e-8);
            close(key, fitted.covariance.standard_errors()[index], numbers(&expected["cv3"])[index], 1e-8);
        }
        close(key, fitted.glm.log_likelihood, number(&expected["log_likelihood"]), 1e-10);
        let hazards = fitted.hazards(&vec![vec![0.2, 1.0]; 7]).unwrap();
        assert_eq!((fitted.periods.len(), hazards[4]), (5, hazards[6]));
        let survival = fitted.survival(&vec![vec![0.2, 1.0]; 7]).unwrap();
        close("survival", survival[1], (1.0 - hazards[0]) * (1.0 - hazards[1]), 1e-14);
    }
}

#[test]
fn a_period_without_an_event_is_named() {
    let rows = person_periods(&[1, 2, 2, 1, 3], &[true, false, false, false, true], None).unwrap();
    let refusal = rows.fit(Family::Logit, vec![], None, None).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "in period 2 none of 3 accounts had the event, so that its hazard has no bound: merge it with others by a smaller last period"
    );
    assert!(matches!(rows.fit(Family::Poisson, vec![], None, None), Err(Error::Refused(_))));
    assert!(matches!(person_periods(&[1], &[true], Some(&[1])), Err(Error::OutOfRange { .. })));
    assert_eq!(person_periods(&[1], &[false], Some(&[1])).unwrap().rows(), 0);
}
