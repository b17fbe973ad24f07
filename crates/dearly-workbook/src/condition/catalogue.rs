//! Which fields a condition may name, and of which kind they are.

use std::collections::BTreeSet;

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

use super::ConditionError;
use super::syntax::{dotted, offset_of};
use crate::nearest::{help, nearest};

/// What kind of value a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// A number, whole or not.
    Number,
    /// True or false.
    Boolean,
}

/// A field that conditions may name.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its full name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: FieldKind,
    /// What it means.
    pub meaning: &'static str,
}

const fn field(name: &'static str, kind: FieldKind, meaning: &'static str) -> Field {
    Field { name, kind, meaning }
}

/// The fields of an account that conditions may name, as of the day that is scored. Beside them stand
/// `account.attributes.<name>` for custom attributes and `segment.<id>` for the segments of the workbook.
pub const FIELDS: &[Field] = &[
    field("account.external_id", FieldKind::Text, "its key in the book"),
    field("account.name", FieldKind::Text, "what people call it"),
    field("account.parent", FieldKind::Text, "the key of the account above it"),
    field("account.segment", FieldKind::Text, "the class of business that the book gives it"),
    field("account.tier", FieldKind::Number, "the class by value, 1 is the highest"),
    field("account.industry", FieldKind::Text, "its industry"),
    field("account.region", FieldKind::Text, "its region"),
    field("account.stage", FieldKind::Text, "its lifecycle stage"),
    field("account.csm", FieldKind::Text, "the e-mail of its customer success manager"),
    field(
        "account.arr_cents",
        FieldKind::Number,
        "recurring revenue on the day, in cents of the reporting currency",
    ),
    field("account.age_days", FieldKind::Number, "days since it became a customer"),
    field("account.days_to_renewal", FieldKind::Number, "days to the next day a term is due"),
    field("account.champions", FieldKind::Number, "champions who are there"),
    field("account.champion_left_days", FieldKind::Number, "days since a champion last left"),
    field("account.key_people", FieldKind::Number, "people in a key role who are there"),
];

const ACCOUNT: &str = "account.";
const ATTRIBUTES: &str = "account.attributes.";
const SEGMENT: &str = "segment.";

/// The names that the conditions of one workbook may use.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    segments: BTreeSet<String>,
}

impl Catalogue {
    /// The fields of accounts and `segment.<id>` for these segments.
    pub fn new(segments: impl IntoIterator<Item = String>) -> Catalogue {
        Catalogue { segments: segments.into_iter().collect() }
    }

    /// Whether there is a segment of this id.
    pub fn has_segment(&self, id: &str) -> bool {
        self.segments.contains(id)
    }

    /// The ids of the segments.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().map(String::as_str)
    }

    pub(super) fn check(&self, name: &str, offset: usize) -> Option<ConditionError> {
        let known = FIELDS.iter().any(|field| field.name == name)
            || name.strip_prefix(ATTRIBUTES).is_some_and(|attribute| !attribute.is_empty())
            || name.strip_prefix(SEGMENT).is_some_and(|id| self.segments.contains(id));
        if known {
            return None;
        }
        let (message, help) = match name.strip_prefix(SEGMENT) {
            Some(id) => (format!("unknown segment `{id}`"), help(id, self.segments())),
            None => {
                let attributes = "custom attributes are `account.attributes.<name>`";
                let help = nearest_field(name).map(|near| format!("did you mean `{near}`?"));
                (format!("unknown field `{name}`"), help.or(Some(attributes.to_owned())))
            }
        };
        Some(ConditionError { message, help, offset })
    }
}

/// The field most likely meant. Only the last word counts: `account.` before it is no likeness.
fn nearest_field(name: &str) -> Option<&'static str> {
    let word = name.rsplit('.').next().unwrap_or(name);
    let words = || FIELDS.iter().filter_map(|field| field.name.strip_prefix(ACCOUNT));
    let longer =
        words().find(|candidate| candidate.strip_prefix(word).is_some_and(|rest| rest.starts_with('_')));
    let found = words()
        .find(|candidate| strsim::osa_distance(candidate, word) <= 1)
        .or(longer)
        .or_else(|| nearest(word, words()))?;
    FIELDS.iter().map(|field| field.name).find(|name| name.strip_prefix(ACCOUNT) == Some(found))
}

fn kind_of(name: &str) -> Option<FieldKind> {
    let field = FIELDS.iter().find(|field| field.name == name);
    field.map(|field| field.kind).or_else(|| name.starts_with(SEGMENT).then_some(FieldKind::Boolean))
}

/// Comparisons that can never hold because their sides are of different kinds: CEL itself would only answer `false` or
/// no data.
pub(super) fn check_kinds(program: &cel::Program) -> Vec<ConditionError> {
    let root = program.expression();
    let mut errors = Vec::new();
    walk(root, program, &mut errors);
    if let Some(kind) = kind(root)
        && kind != FieldKind::Boolean
    {
        let message = format!("a condition is true or false, this is {}", in_words(kind));
        let help = Some("compare it, as in `account.tier == 1`".to_owned());
        errors.push(ConditionError { message, help, offset: offset_of(root, program) });
    }
    errors
}

fn walk(expression: &IdedExpr, program: &cel::Program, errors: &mut Vec<ConditionError>) {
    let Expr::Call(call) = &expression.expr else {
        return;
    };
    if let [left, right] = call.args.as_slice() {
        match call.func_name.as_str() {
            operators::EQUALS
            | operators::NOT_EQUALS
            | operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS => compare(left, right, program, errors),
            operators::IN => {
                if let Expr::List(list) = &right.expr {
                    list.elements.iter().for_each(|element| compare(left, element, program, errors));
                }
            }
            _ => {}
        }
    }
    call.args.iter().for_each(|argument| walk(argument, program, errors));
}

fn compare(left: &IdedExpr, right: &IdedExpr, program: &cel::Program, errors: &mut Vec<ConditionError>) {
    let (Some(left_kind), Some(right_kind)) = (kind(left), kind(right)) else {
        return;
    };
    if left_kind == right_kind {
        return;
    }
    let (name, field_kind, other) = match (dotted(left), dotted(right)) {
        (Some(name), _) => (name, left_kind, right_kind),
        (None, Some(name)) => (name, right_kind, left_kind),
        (None, None) => return,
    };
    let message = format!("`{name}` is {} and is compared with {}", in_words(field_kind), in_words(other));
    errors.push(ConditionError { message, help: None, offset: offset_of(left, program) });
}

fn kind(expression: &IdedExpr) -> Option<FieldKind> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(_)) => Some(FieldKind::Text),
        Expr::Literal(LiteralValue::Boolean(_)) => Some(FieldKind::Boolean),
        Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)) => {
            Some(FieldKind::Number)
        }
        Expr::Select(select) if select.test => Some(FieldKind::Boolean),
        _ => dotted(expression).and_then(|name| kind_of(&name)),
    }
}

fn in_words(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Number => "a number",
        FieldKind::Boolean => "true or false",
    }
}
