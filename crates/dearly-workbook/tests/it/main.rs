//! The workbook as its users meet it: text in, a workbook or every mistake out.

mod bad_workbooks;
mod conditions;
mod defaults;
mod difference;
mod folder;
mod hostile;
mod proposal;
mod schema;

use dearly_workbook::{Document, Parsed, defaults, parse};

/// A document.
pub(crate) fn document(path: &str, text: &str) -> Document {
    Document { path: path.to_owned(), text: text.to_owned() }
}

/// The default workbook with one of its files replaced.
pub(crate) fn defaults_with(path: &str, change: impl Fn(&str) -> String) -> Vec<Document> {
    let mut documents = defaults();
    let document = documents.iter_mut().find(|document| document.path == path).expect("a default file");
    let changed = change(&document.text);
    assert_ne!(changed, document.text, "the change finds nothing to change");
    document.text = changed;
    documents
}

/// Problems and warnings, a line each.
pub(crate) fn told(parsed: &Parsed) -> Vec<String> {
    parsed.problems.iter().chain(&parsed.warnings).map(ToString::to_string).collect()
}

/// What is told of documents.
pub(crate) fn told_of(documents: &[Document]) -> Vec<String> {
    let parsed = parse(documents);
    assert_eq!(parsed.workbook.is_none(), !parsed.problems.is_empty());
    told(&parsed)
}
