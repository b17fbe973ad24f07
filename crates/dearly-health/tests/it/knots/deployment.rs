//! D1 to D3.

use dearly_workbook::model::{SetupStep, Value, Workbook};

use super::account::Account;
use super::{Missing, NotApplicable, Points, Worth, ago, today, worth};

fn utilisation(value: &Value) -> bool {
    matches!(value, Value::LicenceUtilisation)
}

#[test]
fn d1_goes_by_age_and_share_of_seats() {
    let workbook = Workbook::default();
    for (months, activated, expected) in [
        (1, 100, NotApplicable),
        (2, 0, Points(0.0)),
        (2, 5, Points(25.0)),
        (2, 10, Points(50.0)),
        (3, 30, Points(62.5)),
        (5, 50, Points(75.0)),
        (5, 60, Points(81.0)),
        (5, 75, Points(90.0)),
        (5, 90, Points(96.0)),
        (5, 100, Points(100.0)),
        // More than entitled counts as all.
        (5, 130, Points(100.0)),
        (6, 25, Points(25.0)),
        (6, 50, Points(50.0)),
        (7, 60, Points(60.0)),
        (8, 75, Points(75.0)),
        (8, 100, Points(100.0)),
        (9, 30, Points(25.0)),
        (9, 60, Points(50.0)),
        (12, 70, Points(50.0 + 25.0 * 10.0 / 15.0)),
        (12, 75, Points(75.0)),
        (12, 80, Points(75.0 + 25.0 * 5.0 / 15.0)),
        (24, 90, Points(100.0)),
        (24, 95, Points(100.0)),
    ] {
        let since = today().plus_months(-months);
        let account =
            Account::since(since).seats("core", since, 100.0).licence("core", since, None, Some(activated));
        assert_eq!(
            worth(&workbook, &account, utilisation),
            expected,
            "{activated} of 100 at {months} months"
        );
        // A day younger is of the age before.
        if months == 2 {
            let account = Account::since(since.plus_days(1)).seats("core", since, 100.0).licence(
                "core",
                since,
                None,
                Some(activated),
            );
            assert_eq!(worth(&workbook, &account, utilisation), NotApplicable);
        }
    }
}

#[test]
fn d1_adds_up_products_and_takes_the_last_snapshot() {
    let workbook = Workbook::default();
    let since = ago(400);
    let account = Account::since(since).seats("core", since, 10.0).seats("plus", since, 30.0);
    // 10 of 10, and 20 of 30: what core has too many of does not help plus. 75 %.
    let both =
        account.clone().licence("core", ago(10), Some(99), Some(50)).licence("plus", ago(10), Some(20), None);
    assert_eq!(worth(&workbook, &both, utilisation), Points(75.0));
    let later = both.licence("plus", ago(0), None, Some(26)).licence("plus", ago(-1), None, Some(0));
    assert_eq!(worth(&workbook, &later, utilisation), Points(100.0));
    // A product without any snapshot beside one with: nothing activated. 10 of 40.
    let one = account.clone().licence("core", ago(10), None, Some(10));
    assert_eq!(worth(&workbook, &one, utilisation), Points(25.0 / 60.0 * 50.0));
    assert_eq!(worth(&workbook, &account, utilisation), Missing);
    let tomorrow = account.licence("core", ago(-1), None, Some(10));
    assert_eq!(worth(&workbook, &tomorrow, utilisation), Missing);
    let none = Account::since(since).licence("core", ago(10), None, Some(10));
    assert_eq!(worth(&workbook, &none, utilisation), NotApplicable);
}

#[test]
fn d2_is_the_share_of_required_steps_held_by_the_basic_ones() {
    let mut workbook = Workbook::default();
    let step = |(index, name): (usize, &str)| SetupStep { step: name.to_owned(), basic: index == 0 };
    let steps = ["basic", "b", "c", "d", "e"];
    workbook.setup.products.insert("core".into(), steps.into_iter().enumerate().map(step).collect());
    for (done, expected) in [
        (&["other"][..], Points(0.0)),
        (&["b", "c"][..], Points(37.5)),
        (&["b", "c", "d"][..], Points(49.0)),
        (&["b", "c", "d", "e"][..], Points(49.0)),
        (&["basic"][..], Points(50.0)),
        (&["basic", "b"][..], Points(50.0)),
        (&["basic", "b", "c"][..], Points(56.25)),
        (&["basic", "b", "c", "d"][..], Points(75.0)),
        (&["basic", "b", "c", "d", "e"][..], Points(100.0)),
        (&[][..], Missing),
    ] {
        let account = Account::since(ago(60)).seats("core", ago(60), 1.0);
        let account = done.iter().fold(account, |account, step| account.step("core", step, ago(0)));
        // Done tomorrow, or for another product, is not done.
        let account = account.step("core", "e", ago(-1)).step("plus", "e", ago(-1));
        let found = worth(&workbook, &account, |value| matches!(value, Value::SetupStepsDone));
        assert_eq!(found, expected, "{done:?}");
    }
    let account = Account::since(ago(60)).seats("unlisted", ago(60), 1.0).step("core", "b", ago(5));
    assert_eq!(worth(&workbook, &account, |value| matches!(value, Value::SetupStepsDone)), NotApplicable);
}

#[test]
fn d3_is_the_share_of_products_with_an_active_user() {
    let workbook = Workbook::default();
    let live = |account: &Account| -> Worth {
        worth(&workbook, account, |value| matches!(value, Value::ProductsLive { .. }))
    };
    let bought = |count: usize| {
        (0..count).fold(Account::since(ago(400)), |account, index| {
            account.seats(&format!("p{index}"), ago(400), 1.0)
        })
    };
    for (products, used, expected) in [
        (4, 0, 0.0),
        (4, 1, 25.0),
        (4, 2, 50.0),
        (4, 3, 75.0),
        (4, 4, 100.0),
        (1, 1, 100.0),
        (3, 2, 200.0 / 3.0),
    ] {
        let account = bought(products).users(1, ago(28), Some("p0"));
        let account =
            (0..used).fold(account, |account, index| account.users(1, ago(27), Some(&format!("p{index}"))));
        assert_eq!(live(&account), Points(expected), "{used} of {products}");
    }
    assert_eq!(live(&bought(2)), Missing);
    // Events that name no product tell of a single one only.
    assert_eq!(live(&bought(2).users(1, ago(0), None)), Missing);
    assert_eq!(live(&bought(1).users(1, ago(0), None)), Points(100.0));
    assert_eq!(live(&bought(1).users(1, ago(28), None)), Points(0.0));
    assert_eq!(live(&bought(0).users(1, ago(0), Some("p0"))), NotApplicable);
}
