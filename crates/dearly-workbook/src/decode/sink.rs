//! Where decoding puts what it finds wrong.

use std::collections::HashMap;

use crate::condition::Catalogue;
use crate::document::Document;
use crate::node::Place;
use crate::problem::{Problem, Severity};

/// The problems so far, and what the decoders must know of each other.
pub(super) struct Sink<'a> {
    document: Option<&'a Document>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    /// The names that conditions may use.
    pub(super) catalogue: Catalogue,
    /// The ids of the workflows; `None` where there is no document of features.
    pub(super) workflows: Option<Vec<String>>,
    /// The statements in SQL of the document at hand, with their places.
    pub(super) statements: Vec<(Place, String)>,
}

impl<'a> Sink<'a> {
    pub(super) fn new() -> Sink<'a> {
        let (problems, warnings) = (Vec::new(), Vec::new());
        Sink {
            document: None,
            problems,
            warnings,
            catalogue: Catalogue::default(),
            workflows: None,
            statements: Vec::new(),
        }
    }

    /// From here on problems are those of this document.
    pub(super) fn enter(&mut self, document: &'a Document) {
        self.document = Some(document);
    }

    /// The text of the document at hand.
    pub(super) fn text(&self) -> &'a str {
        self.document.map_or("", |document| &document.text)
    }

    pub(super) fn error(&mut self, place: Place, message: impl Into<String>, help: Option<String>) {
        let path = self.document.map_or("", |document| &document.path);
        self.problems.push(Problem::at(path, place, message.into(), help, Severity::Error));
    }

    pub(super) fn error_in(
        &mut self,
        document: &Document,
        place: Place,
        message: String,
        help: Option<String>,
    ) {
        self.problems.push(Problem::at(&document.path, place, message, help, Severity::Error));
    }

    pub(super) fn warn(&mut self, place: Place, message: impl Into<String>, help: Option<String>) {
        let path = self.document.map_or("", |document| &document.path);
        self.warnings.push(Problem::at(path, place, message.into(), help, Severity::Warning));
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn extend(&mut self, problems: Vec<Problem>) {
        self.problems.extend(problems);
    }

    pub(super) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Problems and warnings, in the order of the documents and of their lines.
    pub(super) fn finish(mut self, documents: &[Document]) -> (Vec<Problem>, Vec<Problem>) {
        let order: HashMap<&str, usize> =
            documents.iter().enumerate().map(|(number, document)| (document.path.as_str(), number)).collect();
        for list in [&mut self.problems, &mut self.warnings] {
            list.sort_by_key(|problem| {
                (
                    order.get(problem.path.as_str()).copied().unwrap_or(usize::MAX),
                    problem.line,
                    problem.column,
                )
            });
        }
        (self.problems, self.warnings)
    }
}
