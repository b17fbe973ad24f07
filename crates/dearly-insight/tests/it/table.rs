//! Tables of text.

use dearly_insight::{Column, TableBuilder};

#[test]
fn a_column_is_of_numbers_when_all_its_values_are() {
    let mut builder = TableBuilder::new(["n", "w", "mixed"].map(str::to_owned).to_vec());
    for row in [["1", "a", "007"], [" 2.5 ", " ", "x"], ["NA", "b", ""], ["-1e3", "null", "3"]] {
        builder.push(row.map(Some));
    }
    builder.push([Some("4")]);
    let table = builder.finish().unwrap();
    assert_eq!(table.rows(), 5);
    assert_eq!(
        table.column("n"),
        Some(&Column::Numbers(vec![Some(1.0), Some(2.5), None, Some(-1000.0), Some(4.0)]))
    );
    let Some(Column::Texts(words)) = table.column("w") else { panic!("words") };
    assert_eq!(
        (0..5).map(|row| words.get(row)).collect::<Vec<_>>(),
        [Some("a"), None, Some("b"), None, None]
    );
    let Some(Column::Texts(mixed)) = table.column("mixed") else { panic!("words") };
    assert_eq!(mixed.get(0), Some("007"));
    assert_eq!(mixed.levels(), ["007", "x", "3"]);
}

#[test]
fn labels_are_words_to_the_last_digit() {
    let mut builder = TableBuilder::new(["id", "n"].map(str::to_owned).to_vec()).labels(&["id", "other"]);
    for id in ["7300000000000000001", "7300000000000000002", "01", "1"] {
        builder.push([Some(id), Some("01")]);
    }
    let table = builder.finish().unwrap();
    let Some(Column::Texts(ids)) = table.column("id") else { panic!("words") };
    assert_eq!(ids.levels().len(), 4);
    assert_eq!(table.column("n"), Some(&Column::numbers([1.0; 4])));
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let builder = TableBuilder::new(["n", "n"].map(str::to_owned).to_vec());
    assert_eq!(
        builder.finish().unwrap_err().to_string(),
        "two columns are called n: rename or remove one of them"
    );
}
