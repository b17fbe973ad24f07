//! Formulae: which columns they make, and what is said of mistakes.

use dearly_stats::formula::{Formula, Frame};
use dearly_stats::{Column, Error, Table, Texts};

fn table() -> Table {
    let texts = |cells: [&'static str; 6]| {
        Column::Texts(Texts::from_cells(
            cells.into_iter().map(|cell| Some(cell).filter(|cell| !cell.is_empty())),
        ))
    };
    Table::new(vec![
        ("renewed".to_owned(), texts(["Yes", "No", "Yes", "yes", "no", "Yes"])),
        ("a".to_owned(), Column::numbers([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        (
            "b".to_owned(),
            Column::Numbers(vec![Some(2.0), Some(4.0), None, Some(8.0), Some(9.0), Some(f64::NAN)]),
        ),
        ("segment".to_owned(), texts(["smb", "mid", "", "smb", "large", "mid"])),
        ("tier".to_owned(), Column::numbers([10.0, 2.0, 2.0, 10.0, 2.0, 10.0])),
        ("monthly charges".to_owned(), Column::numbers([1.0, 0.0, 2.0, 3.0, 1.0, 7.0])),
        ("empty".to_owned(), Column::Numbers(vec![None; 6])),
        ("endless".to_owned(), Column::numbers([1.0, 2.0, f64::INFINITY, 1.0, 1.0, 1.0])),
    ])
    .unwrap()
}

fn frame(formula: &str) -> Result<Frame, Error> {
    Formula::parse(formula)?.frame(&table(), &[])
}

#[track_caller]
fn names(formula: &str, expected: &[&str]) {
    assert_eq!(frame(formula).unwrap().design.names(), expected, "{formula}");
}

#[track_caller]
fn refused(formula: &str, expected: &str) {
    assert_eq!(frame(formula).unwrap_err().to_string(), expected, "{formula}");
}

#[test]
fn each_part_makes_its_columns() {
    names("renewed ~ a", &["intercept", "a"]);
    names("renewed~a+a+log(a)+sqrt(a)", &["intercept", "a", "log(a)", "sqrt(a)"]);
    names("renewed ~ a - 1", &["a"]);
    names("renewed ~ a + 0", &["a"]);
    names("renewed ~ 1", &["intercept"]);
    names("renewed ~ `monthly charges`", &["intercept", "monthly charges"]);
    names("renewed ~ sqrt(`monthly charges`)", &["intercept", "sqrt(monthly charges)"]);
    names("renewed ~ C(segment)", &["intercept", "C(segment)[mid]", "C(segment)[smb]"]);
    names("renewed ~ C(segment)[smb]:a + log1p(tier)", &["intercept", "C(segment)[smb]:a", "log1p(tier)"]);
    assert_eq!(frame("renewed ~ C(tier)[10]").unwrap().design.column(1), [1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
    // Levels of numbers go by their size.
    names("renewed ~ C(tier)", &["intercept", "C(tier)[10]"]);
    names("renewed ~ a:tier", &["intercept", "a:tier"]);
    names("renewed ~ a*tier", &["intercept", "a", "tier", "a:tier"]);
    names("a ~ C(tier) + tier:renewed", &["intercept", "C(tier)[10]", "tier:renewed"]);
    names("~ a + offset(tier)", &["intercept", "a"]);
}

#[test]
fn levels_leave_one_out_only_where_something_else_stands_for_it() {
    names("renewed ~ C(tier) - 1", &["C(tier)[2]", "C(tier)[10]"]);
    names(
        "a ~ C(tier) + C(renewed) - 1",
        &["C(tier)[2]", "C(tier)[10]", "C(renewed)[Yes]", "C(renewed)[no]", "C(renewed)[yes]"],
    );
    names("renewed ~ a:C(tier)", &["intercept", "a:C(tier)[2]", "a:C(tier)[10]"]);
    names("renewed ~ a*C(tier)", &["intercept", "a", "C(tier)[10]", "a:C(tier)[10]"]);
    let frame = Formula::parse("a + C(tier)").unwrap().frame_over_baseline(&table(), &["renewed"]).unwrap();
    assert_eq!(frame.design.names(), ["a", "C(tier)[10]"]);
    assert_eq!(frame.outcome, None);
}

#[test]
fn rows_with_a_missing_value_are_left_out_and_counted_by_column() {
    let frame = frame("renewed ~ log(b) + C(segment) + offset(log(tier)) + offset(a)").unwrap();
    assert_eq!(frame.rows, [0, 1, 3, 4]);
    assert_eq!(frame.n_dropped, 2);
    assert_eq!(frame.missing, [("b".to_owned(), 2), ("segment".to_owned(), 1)]);
    assert_eq!(frame.outcome.unwrap(), [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(frame.design.column(1), [2f64.ln(), 4f64.ln(), 8f64.ln(), 9f64.ln()]);
    assert_eq!(frame.offset.unwrap()[1], 2f64.ln() + 2.0);
    // The table has no other row of the clusters than those with a value.
    let also = Formula::parse("renewed ~ a").unwrap().frame(&table(), &["b"]).unwrap();
    assert_eq!(also.rows, [0, 1, 3, 4]);
}

#[test]
fn mistakes_are_told_with_their_place_and_what_was_meant() {
    refused(
        "renewed ~ a + segmnet",
        "formula, character 15: there is no column segmnet; did you mean segment?",
    );
    refused("renewed ~ a + log(teir)", "formula, character 19: there is no column teir; did you mean tier?");
    refused("renewd ~ a", "formula, character 1: there is no column renewd; did you mean renewed?");
    refused("renewed ~ a + Log(b)", "formula, character 15: there is no function Log(); did you mean log()?");
    refused(
        "renewed ~ poly(b)",
        "formula, character 11: there is no function poly(); there are log(), log1p(), sqrt(), C() and offset()",
    );
    refused("renewed ~ C(segment)[SMB]", "formula, character 13: segment is never SMB; did you mean smb?");
    refused(
        "renewed ~ C(segment)[smb",
        "formula, character 21: the [ that opens a level has no ] that closes it: add one after the level",
    );
    refused("renewed ~ ", "formula, character 11: the formula ends where a column's name is expected");
    refused("", "formula, character 1: the formula ends where a column's name is expected");
    refused("renewed ~ a +", "formula, character 14: the formula ends where a column's name is expected");
    refused("renewed ~ log(a", "formula, character 16: expected “)” at the end of log(), found the end");
    refused(
        "renewed ~ a ~ b",
        "formula, character 13: expected + between two terms, found “~”: a formula is made of column names, log(), log1p(), sqrt(), C(), offset(), +, :, *, - 1, and `…` around names with other characters",
    );
    refused(
        "renewed ~ a - tier",
        "formula, character 13: only - 1 can be taken away, which leaves the intercept out, not “tier”",
    );
    refused(
        "renewed ~ `a",
        "formula, character 11: the ` that opens a name has none that closes it: add one after the name",
    );
    refused(
        "renewed ~ renewed",
        "formula, character 11: renewed is the outcome and cannot explain itself: leave it out on the right",
    );
    for (formula, at) in [
        ("a ~ tier + offset(a)", 19),
        ("a ~ tier + offset(log(a))", 23),
        ("log(a) ~ tier + offset(a)", 24),
        ("a ~ log(a)", 9),
        ("a ~ tier + tier:C(a)", 19),
        ("log1p(a) ~ tier*sqrt(a)", 22),
    ] {
        let expected = "a is the outcome and cannot explain itself: leave it out on the right";
        refused(formula, &format!("formula, character {at}: {expected}"));
    }
    refused(
        "C(renewed) ~ a",
        "formula, character 1: the outcome is a number for each row, or yes and no: leave C() out on the left",
    );
    assert!(
        frame("renewed ~ a | b")
            .unwrap_err()
            .to_string()
            .starts_with("formula, character 13: “|” has no meaning here")
    );
    assert!(
        frame("renewed ~ a b")
            .unwrap_err()
            .to_string()
            .starts_with("formula, character 13: expected + between")
    );
    assert!(
        frame("renewed ~ 2")
            .unwrap_err()
            .to_string()
            .starts_with("formula, character 11: expected a column's name, found “2”")
    );
}

#[test]
fn columns_that_cannot_enter_are_refused_with_the_reason() {
    refused(
        "renewed ~ segment",
        "formula, character 11: segment holds words (smb, mid, large); write C(segment) for one column for each of its levels",
    );
    refused(
        "segment ~ a",
        "formula, character 1: the outcome segment holds words (smb, mid, large); expected numbers, yes and no, or true and false",
    );
    refused(
        "renewed ~ empty",
        "empty has no value in any of the 6 rows (empty, NA and NaN are none): fill it or leave it out",
    );
    refused(
        "renewed ~ log(`monthly charges`)",
        "log(monthly charges) has no value in data row 2, where monthly charges is 0: it needs numbers above 0; leave the row out, or take log1p() or sqrt(), which have a value at 0",
    );
    refused(
        "renewed ~ endless",
        "endless is inf in data row 3, not a finite number: drop the row or give its value",
    );
    let many = Table::new(vec![
        ("y".to_owned(), Column::numbers((0..1000).map(|row| f64::from(row % 2)))),
        (
            "id".to_owned(),
            Column::Texts(Texts::from_cells(
                (0..1000).map(|row| row.to_string()).collect::<Vec<_>>().iter().map(|id| Some(id.as_str())),
            )),
        ),
        ("same".to_owned(), Column::texts(["x"; 1000])),
    ])
    .unwrap();
    let refused = |formula: &str| Formula::parse(formula).unwrap().frame(&many, &[]).unwrap_err();
    assert_eq!(
        refused("y ~ C(id)").to_string(),
        "formula, character 7: C(id) has 1000 levels, and each is a parameter: merge them to 200 at most, or leave it out; \
         what only says which rows belong together is a cluster"
    );
    assert_eq!(refused("y ~ C(same)"), Error::ConstantColumn { column: "C(same)".to_owned() });
}
