//! From documents to a workbook, with every mistake told at once.

mod engagement;
mod features;
mod map;
mod measure;
mod organisation;
mod points;
mod scalar;
mod scorecard;
mod segment;
mod setup;
mod sink;
mod value;

use std::collections::BTreeMap;
use std::path::Path;

use crate::condition::Catalogue;
use crate::document::{Document, read};
use crate::model::{Engagement, Features, Organisation, Scorecard, Segment, Setup, Workbook};
use crate::nearest::{help, one_of};
use crate::node::{self, Node, Place};
use crate::problem::{Problem, Severity};
use crate::shape::{KINDS, SCORECARD, SEGMENT};

use sink::Sink;

/// What documents say.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The workbook; `None` where there is any problem.
    pub workbook: Option<Workbook>,
    /// What must be put right, in the order of the documents.
    pub problems: Vec<Problem>,
    /// What should be known, in the order of the documents.
    pub warnings: Vec<Problem>,
    /// The statements in SQL of its measures, which nobody has read yet.
    pub statements: Vec<SqlStatement>,
}

/// A statement in SQL at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlStatement {
    /// The file, relative to the folder of the workbook.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The statement.
    pub text: String,
}

impl SqlStatement {
    /// The problem that the statement cannot be asked.
    pub fn problem(&self, message: String, help: Option<String>) -> Problem {
        let place = Place { line: self.line, column: self.column };
        Problem::at(&self.path, place, message, help, Severity::Error)
    }
}

/// A folder that holds a valid workbook.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The workbook.
    pub workbook: Workbook,
    /// Its files, verbatim.
    pub documents: Vec<Document>,
    /// What should be known.
    pub warnings: Vec<Problem>,
}

/// Reads the workbook in a folder.
///
/// # Errors
/// Every problem of every file at once.
pub fn load(dir: &Path) -> Result<Loaded, Vec<Problem>> {
    let documents = read(dir)?;
    if documents.is_empty() {
        let help = Some("write the default workbook there with `dearly workbook init`".to_owned());
        let message = "the folder of the workbook holds no YAML file";
        return Err(vec![Problem::whole(dir.display().to_string(), message, help)]);
    }
    let Parsed { workbook, problems, warnings, .. } = parse(&documents);
    workbook.map(|workbook| Loaded { workbook, documents, warnings }).ok_or(problems)
}

/// A document within its file.
struct Tree<'a> {
    document: &'a Document,
    kind: &'static str,
    node: Node,
}

/// Decodes documents. Singletons that are missing are as the default workbook has them.
pub fn parse(documents: &[Document]) -> Parsed {
    let mut sink = Sink::new();
    let mut trees = Vec::new();
    let mut whole = true;
    for document in documents {
        let (nodes, problems) = node::read(&document.path, &document.text);
        whole &= problems.is_empty();
        sink.extend(problems);
        sink.enter(document);
        for node in nodes {
            match kind_of(&mut sink, &node) {
                Some(kind) => trees.push(Tree { document, kind, node }),
                None => whole = false,
            }
        }
    }
    let ids = check_ids(&mut sink, &trees);
    let segments = ids.into_iter().filter(|(kind, _)| *kind == SEGMENT.name).map(|(_, id)| id);
    sink.catalogue = Catalogue::new(segments);
    let mut draft = decode(&mut sink, &trees);
    segment::check_cycles(&mut sink, &draft.segments);
    if whole {
        check_scorecards(&mut sink, &draft.scorecards);
    }
    // The sort is stable: within each half the order of paths remains.
    draft.scorecards.sort_by_key(|found| found.value.for_segments.is_empty());
    let (problems, warnings) = sink.finish(documents);
    let statements = std::mem::take(&mut draft.statements);
    let workbook = problems.is_empty().then(|| draft.finish());
    Parsed { workbook, problems, warnings, statements }
}

/// Something decoded, with where it came from.
struct Found<'a, T> {
    document: &'a Document,
    place: Place,
    value: T,
}

#[derive(Default)]
struct Draft<'a> {
    organisation: Option<Organisation>,
    engagement: Option<Engagement>,
    features: Option<Features>,
    setup: Option<Setup>,
    segments: Vec<Found<'a, Segment>>,
    scorecards: Vec<Found<'a, Scorecard>>,
    statements: Vec<SqlStatement>,
}

impl Draft<'_> {
    fn finish(self) -> Workbook {
        Workbook {
            organisation: self.organisation.unwrap_or_default(),
            segments: self.segments.into_iter().map(|found| found.value).collect(),
            engagement: self.engagement.unwrap_or_default(),
            features: self.features.unwrap_or_default(),
            setup: self.setup.unwrap_or_default(),
            scorecards: self.scorecards.into_iter().map(|found| found.value).collect(),
        }
    }
}

fn decode<'a>(sink: &mut Sink<'a>, trees: &'a [Tree<'a>]) -> Draft<'a> {
    let mut draft = Draft::default();
    // Scorecards name workflows: the features come first, wherever they stand.
    let (features, others): (Vec<_>, Vec<_>) = trees.iter().partition(|tree| tree.kind == "features");
    for Tree { document, kind, node } in features.into_iter().chain(others) {
        sink.enter(document);
        let place = node.place();
        match *kind {
            "organisation" => draft.organisation = organisation::decode(sink, node),
            "engagement" => draft.engagement = engagement::decode(sink, node),
            "features" => {
                draft.features = features::decode(sink, node);
                sink.workflows = draft
                    .features
                    .as_ref()
                    .map(|features| features.workflows.iter().map(|workflow| workflow.id.clone()).collect());
            }
            "setup" => draft.setup = setup::decode(sink, node),
            "segment" => {
                let segment = segment::decode(sink, node);
                let place = node.get("when").map_or(place, Node::place);
                draft.segments.extend(segment.map(|value| Found { document, place, value }));
            }
            _ => {
                let scorecard = scorecard::decode(sink, node);
                draft.scorecards.extend(scorecard.map(|value| Found { document, place, value }));
                draft.statements.extend(sink.statements.drain(..).map(|(Place { line, column }, text)| {
                    SqlStatement { path: document.path.clone(), line, column, text }
                }));
            }
        }
    }
    draft
}

fn kind_of(sink: &mut Sink<'_>, node: &Node) -> Option<&'static str> {
    let kinds = || KINDS.iter().map(|shape| shape.name);
    let listed = || one_of(&kinds().collect::<Vec<_>>());
    let Node::Mapping(place, _) = node else {
        sink.error(node.place(), "expected a document of fields, beginning with `kind`", listed());
        return None;
    };
    let Some(kind) = node.get("kind") else {
        sink.error(*place, "the document has no `kind`", listed());
        return None;
    };
    let text = scalar::text(sink, kind)?;
    let found = kinds().find(|name| *name == text);
    if found.is_none() {
        sink.error(kind.place(), format!("unknown kind `{text}`"), help(&text, kinds()));
    }
    found
}

/// Each kind and id once; kinds of which there is one have no other document.
fn check_ids(sink: &mut Sink<'_>, trees: &[Tree<'_>]) -> Vec<(&'static str, String)> {
    let mut first: BTreeMap<(&'static str, String), String> = BTreeMap::new();
    for Tree { document, kind, node } in trees {
        let many = *kind == SEGMENT.name || *kind == SCORECARD.name;
        let id = match (many, node.get("id")) {
            (true, Some(Node::Scalar(id))) => (id.text.clone(), id.place),
            (true, _) => continue,
            (false, _) => (String::new(), node.place()),
        };
        let (id, place) = id;
        let here = format!("{}:{}", document.path, place.line);
        if let Some(before) = first.get(&(*kind, id.clone())) {
            let message = match many {
                true => format!("a second {kind} `{id}`, the first is at {before}"),
                false => format!("a second document of `kind: {kind}`, the first is at {before}"),
            };
            let document = *document;
            sink.error_in(document, place, message, Some("keep one of the two".to_owned()));
        } else {
            first.insert((*kind, id), here);
        }
    }
    first.into_keys().collect()
}

fn check_scorecards(sink: &mut Sink<'_>, scorecards: &[Found<'_, Scorecard>]) {
    if scorecards.is_empty() && !sink.has_problems() {
        let message = "there is no scorecard";
        let help =
            "add a document of `kind: scorecard`, or write the default one with `dearly workbook init`";
        sink.push(Problem::whole("workbook", message, Some(help.to_owned())));
    }
    let mut unlimited = BTreeMap::new();
    for Found { document, place, value: scorecard } in scorecards {
        if !scorecard.for_segments.is_empty() {
            continue;
        }
        match unlimited.get(&scorecard.score) {
            None => {
                unlimited.insert(scorecard.score, &scorecard.id);
            }
            Some(first) => {
                let message =
                    format!("scorecard `{}` never applies: `{first}` is for all accounts too", scorecard.id);
                let help = Some("say whom it is for, as in `for: { segment: [enterprise] }`".to_owned());
                sink.error_in(document, *place, message, help);
            }
        }
    }
}

impl Problem {
    pub(crate) fn at(
        path: &str,
        place: Place,
        message: String,
        help: Option<String>,
        severity: Severity,
    ) -> Problem {
        Problem { path: path.to_owned(), line: place.line, column: place.column, message, help, severity }
    }
}
