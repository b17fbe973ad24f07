//! Tables are documented where they are asked and where they are read about.

use std::fmt::Write;

use dearly_query::{Limits, TABLES};

use crate::small_book::{ask, session};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/QUERY.md");
const BEGIN: &str = "<!-- tables: written by UPDATE_DOCS=1 cargo test -p dearly-query documentation -->\n";

#[test]
fn the_page_lists_every_table() {
    let mut text = String::from(BEGIN);
    for table in TABLES.iter() {
        writeln!(
            text,
            "\n### {}\n\n{}\n\n| column | type | unit | meaning |\n| --- | --- | --- | --- |",
            table.name, table.meaning
        )
        .unwrap();
        for column in &table.columns {
            let (name, kind, unit, meaning) = (column.name, column.sql_type(), column.unit, &column.meaning);
            let required = if column.required { "*" } else { "" };
            writeln!(text, "| `{name}`{required} | {kind} | {unit} | {} |", meaning.replace('|', "\\|"))
                .unwrap();
        }
        if table.has_attributes {
            writeln!(text, "| `attributes`* | map of text to text | | The columns that the format does not know, as in `attributes['plan']`. |").unwrap();
        }
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    let (head, tables) = kept.split_once(BEGIN).expect("the page has a place for the tables");
    if std::env::var("UPDATE_DOCS").is_ok_and(|update| update == "1") {
        std::fs::write(FILE, format!("{head}{text}")).unwrap();
        return;
    }
    assert!(
        format!("{BEGIN}{tables}") == text,
        "docs/QUERY.md is stale; write it with UPDATE_DOCS=1 cargo test -p dearly-query documentation"
    );
}

#[tokio::test]
async fn every_table_can_be_read_described_and_found() {
    let session = session(Limits::default());
    for table in TABLES.iter() {
        ask(&session, &format!("select * from {}", table.name)).await;
        let described = ask(&session, &format!("describe {}", table.name)).await;
        for column in &table.columns {
            assert!(described.contains(&format!("[\"{}\"", column.name)), "{described}");
        }
        let found = format!(
            "select count(*) from information_schema.columns where table_name = '{}' and table_schema = 'book'",
            table.name
        );
        let n_columns = table.columns.len() + usize::from(table.has_attributes);
        assert_eq!(ask(&session, &found).await, format!("[{n_columns}]"));
        let documented = format!("select count(*) from documentation where table_name = '{}'", table.name);
        assert_eq!(ask(&session, &documented).await, format!("[{n_columns}]"));
    }
    let shown = ask(&session, "show tables").await;
    assert!(shown.contains("daily_usage"), "{shown}");
}
