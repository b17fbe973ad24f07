//! Whether a condition holds.
//!
//! Nearly every condition that people write is made of fields, literals, comparisons and the logical operators. Those
//! are translated once into a small tree that answers in well under a microsecond, without allocating; everything
//! else goes through the CEL interpreter. A property test holds the two to the same answers.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelDouble, CelInt, CelString, Type};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, Env, ExecutionError};

use super::fields::{FieldValue, Fields};
use super::syntax::dotted;

const ATTRIBUTES: &str = "account.attributes.";

/// How a condition is evaluated.
pub(super) enum Evaluation {
    /// By the small tree.
    Direct(Expression),
    /// By the CEL interpreter.
    Interpreted,
}

impl Evaluation {
    pub(super) fn of(program: &cel::Program) -> Evaluation {
        translate(program.expression()).map_or(Evaluation::Interpreted, Evaluation::Direct)
    }

    pub(super) fn holds(&self, program: &cel::Program, fields: &Fields) -> Option<bool> {
        match self {
            Evaluation::Direct(expression) => match expression.evaluate(fields) {
                Ok(Value::Boolean(holds)) => Some(holds),
                _ => None,
            },
            Evaluation::Interpreted => interpret(program, fields),
        }
    }
}

/// The common part of CEL.
pub(super) enum Expression {
    Literal(Value<'static>),
    Field(String),
    Has(String),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    In(Box<Expression>, Vec<Value<'static>>),
    Search(Search, Box<Expression>, Box<Expression>),
}

#[derive(Clone, Copy)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy)]
pub(super) enum Search {
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'a, str>),
}

/// A field is missing, or a value is of a kind that the operator does not take.
struct NoData;

fn translate(expression: &IdedExpr) -> Option<Expression> {
    if let Expr::Select(select) = &expression.expr
        && select.test
    {
        return dotted(expression).filter(|name| stands_in_a_scope(name)).map(Expression::Has);
    }
    if let Some(name) = dotted(expression) {
        // A bare word is a variable of CEL, never a field.
        return name.contains('.').then_some(Expression::Field(name));
    }
    match &expression.expr {
        Expr::Literal(literal) => translate_literal(literal).map(Expression::Literal),
        Expr::Call(call) => translate_call(call),
        _ => None,
    }
}

/// Whether a name stands directly in one of the scopes that every account has; of others CEL says that there is no
/// such scope to look into.
fn stands_in_a_scope(name: &str) -> bool {
    [ATTRIBUTES, "account.", "segment."]
        .into_iter()
        .any(|scope| name.strip_prefix(scope).is_some_and(|field| !field.is_empty() && !field.contains('.')))
}

fn translate_literal(literal: &LiteralValue) -> Option<Value<'static>> {
    match literal {
        LiteralValue::Null => Some(Value::Null),
        LiteralValue::Boolean(flag) => Some(Value::Boolean(*flag.inner())),
        LiteralValue::Int(number) => Some(Value::Integer(*number.inner())),
        LiteralValue::Double(number) => Some(Value::Number(*number.inner())),
        LiteralValue::String(text) => Some(Value::Text(Cow::Owned(text.inner().to_owned()))),
        LiteralValue::UInt(_) | LiteralValue::Bytes(_) => None,
    }
}

fn translate_call(call: &CallExpr) -> Option<Expression> {
    let function = call.func_name.as_str();
    if let Some(target) = &call.target {
        let [argument] = call.args.as_slice() else {
            return None;
        };
        let search = match function {
            "contains" => Search::Contains,
            "startsWith" => Search::StartsWith,
            "endsWith" => Search::EndsWith,
            _ => return None,
        };
        return Some(Expression::Search(
            search,
            Box::new(translate(target)?),
            Box::new(translate(argument)?),
        ));
    }
    match call.args.as_slice() {
        [operand] if function == operators::LOGICAL_NOT => {
            Some(Expression::Not(Box::new(translate(operand)?)))
        }
        [left, right] if function == operators::IN => {
            let Expr::List(list) = &right.expr else {
                return None;
            };
            let mut values = Vec::with_capacity(list.elements.len());
            for element in &list.elements {
                let Expr::Literal(literal) = &element.expr else {
                    return None;
                };
                values.push(translate_literal(literal)?);
            }
            Some(Expression::In(Box::new(translate(left)?), values))
        }
        [left, right] => {
            let comparison = match function {
                operators::EQUALS => Some(Comparison::Equal),
                operators::NOT_EQUALS => Some(Comparison::NotEqual),
                operators::LESS => Some(Comparison::Less),
                operators::LESS_EQUALS => Some(Comparison::LessOrEqual),
                operators::GREATER => Some(Comparison::Greater),
                operators::GREATER_EQUALS => Some(Comparison::GreaterOrEqual),
                operators::LOGICAL_AND | operators::LOGICAL_OR => None,
                _ => return None,
            };
            let (left, right) = (Box::new(translate(left)?), Box::new(translate(right)?));
            Some(match comparison {
                Some(comparison) => Expression::Compare(comparison, left, right),
                None if function == operators::LOGICAL_AND => Expression::And(left, right),
                None => Expression::Or(left, right),
            })
        }
        _ => None,
    }
}

impl Expression {
    fn evaluate<'a>(&'a self, fields: &'a Fields) -> Result<Value<'a>, NoData> {
        match self {
            Expression::Literal(value) => Ok(value.borrowed()),
            Expression::Field(name) => fields.get(name).map(Value::of).ok_or(NoData),
            Expression::Has(name) => {
                let scope =
                    || name == ATTRIBUTES.trim_end_matches('.') || fields.any_below(&format!("{name}."));
                Ok(Value::Boolean(fields.get(name).is_some() || scope()))
            }
            Expression::Not(operand) => operand.truth(fields).map(|truth| Value::Boolean(!truth)),
            Expression::And(left, right) => both(left, right, fields, false),
            Expression::Or(left, right) => both(left, right, fields, true),
            Expression::Compare(comparison, left, right) => {
                compare(*comparison, &left.evaluate(fields)?, &right.evaluate(fields)?).map(Value::Boolean)
            }
            Expression::In(value, list) => {
                let value = value.evaluate(fields)?;
                Ok(Value::Boolean(list.iter().any(|candidate| value.equals(candidate))))
            }
            Expression::Search(search, text, part) => {
                match (text.evaluate(fields)?, part.evaluate(fields)?) {
                    (Value::Text(text), Value::Text(part)) => Ok(Value::Boolean(match search {
                        Search::Contains => text.contains(&*part),
                        Search::StartsWith => text.starts_with(&*part),
                        Search::EndsWith => text.ends_with(&*part),
                    })),
                    _ => Err(NoData),
                }
            }
        }
    }

    fn truth(&self, fields: &Fields) -> Result<bool, NoData> {
        match self.evaluate(fields)? {
            Value::Boolean(truth) => Ok(truth),
            _ => Err(NoData),
        }
    }
}

/// `||` where `decisive` is true, `&&` where it is false: one decisive side decides, whatever the other is.
fn both<'a>(
    left: &Expression,
    right: &Expression,
    fields: &Fields,
    decisive: bool,
) -> Result<Value<'a>, NoData> {
    let left = left.truth(fields);
    if let Ok(truth) = left
        && truth == decisive
    {
        return Ok(Value::Boolean(decisive));
    }
    let right = right.truth(fields)?;
    if right == decisive || left.is_ok() { Ok(Value::Boolean(right)) } else { Err(NoData) }
}

fn compare(comparison: Comparison, left: &Value<'_>, right: &Value<'_>) -> Result<bool, NoData> {
    match comparison {
        Comparison::Equal => return Ok(left.equals(right)),
        Comparison::NotEqual => return Ok(!left.equals(right)),
        _ => {}
    }
    let ordering = left.order(right).ok_or(NoData)?;
    Ok(match comparison {
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })
}

impl Value<'_> {
    fn of(value: &FieldValue) -> Value<'_> {
        match value {
            FieldValue::Text(text) => Value::Text(Cow::Borrowed(text)),
            FieldValue::Number(number) => Value::Number(*number),
            FieldValue::Integer(number) => Value::Integer(*number),
            FieldValue::Boolean(flag) => Value::Boolean(*flag),
        }
    }

    fn borrowed(&self) -> Value<'_> {
        match self {
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    fn order(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
            (Value::Integer(a), Value::Number(b)) => (*a as f64).partial_cmp(b),
            (Value::Number(a), Value::Integer(b)) => a.partial_cmp(&(*b as f64)),
            _ => None,
        }
    }

    fn equals(&self, other: &Value<'_>) -> bool {
        matches!((self, other), (Value::Null, Value::Null)) || self.order(other) == Some(Ordering::Equal)
    }
}

/// Building the standard environment costs ten times an evaluation: it is shared.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

fn interpret(program: &cel::Program, fields: &Fields) -> Option<bool> {
    let resolver = Resolver(fields);
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    context.set_variable_resolver(&resolver);
    let value = cel::Value::resolve_val(program.expression(), &context).ok()?;
    value.downcast_ref::<CelBool>().map(|truth| *truth.inner())
}

struct Resolver<'a>(&'a Fields);

impl VariableResolver for Resolver<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(value) = self.0.get(variable) {
            return Some(as_cel(value));
        }
        match variable {
            "account" => Some(CowVal::owned(Scope { fields: self.0, prefix: "account.".to_owned() })),
            "segment" => Some(CowVal::owned(Scope { fields: self.0, prefix: "segment.".to_owned() })),
            _ => None,
        }
    }
}

fn as_cel<'b, 'v>(value: &'v FieldValue) -> CowVal<'b, 'v> {
    match value {
        FieldValue::Text(text) => CowVal::owned(CelString::from(text.as_str())),
        FieldValue::Number(number) => CowVal::owned(CelDouble::from(*number)),
        FieldValue::Integer(number) => CowVal::owned(CelInt::from(*number)),
        FieldValue::Boolean(flag) => CowVal::owned(CelBool::from(*flag)),
    }
}

/// All fields below a name, as a CEL value that can be selected from.
#[derive(Clone, Debug)]
struct Scope<'a> {
    fields: &'a Fields,
    prefix: String,
}

static SCOPE: Type = Type::new_unspecified_type("dearly.Scope");

impl<'a> Scope<'a> {
    fn select(&self, field: &dyn Val) -> Result<Box<dyn Val + 'a>, ExecutionError> {
        let Some(field) = field.downcast_ref::<CelString<'_>>() else {
            return Err(ExecutionError::no_such_key("a field that is no text"));
        };
        let name = format!("{}{}", self.prefix, field.inner());
        if let Some(value) = self.fields.get(&name) {
            return Ok(as_cel(value).into_owned());
        }
        let prefix = format!("{name}.");
        if prefix == ATTRIBUTES || self.fields.any_below(&prefix) {
            return Ok(Box::new(Scope { fields: self.fields, prefix }));
        }
        Err(ExecutionError::no_such_key(&name))
    }
}

impl Val for Scope<'_> {
    fn get_type(&self) -> &Type {
        &SCOPE
    }

    fn cel_type() -> &'static Type {
        &SCOPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }
}

impl Indexer for Scope<'_> {
    fn get<'b, 'v>(&'b self, field: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.select(field).map(CowVal::Owned)
    }

    fn steal<'v>(self: Box<Self>, field: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.select(field).map(|value| value as Box<dyn Val + 'v>)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::condition::Condition;

    fn operand() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "account.tier",
            "account.name",
            "account.attributes.plan",
            "account.attributes[\"seats\"]",
            "segment.big",
            "account.missing",
            "1",
            "-2",
            "1.0",
            "2.5",
            "\"a\"",
            "\"abc\"",
            "true",
            "false",
            "null",
        ])
        .prop_map(str::to_owned)
    }

    fn expression() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            (operand(), prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]), operand())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            operand(),
            operand().prop_map(|value| format!("{value} in [1, 2.0, \"a\", true, null]")),
            prop::sample::select(vec![
                "account.tier",
                "account.missing",
                "account.attributes",
                "account.attributes.plan",
                "account.attributes.missing"
            ])
            .prop_map(|name| format!("has({name})")),
            (prop::sample::select(vec!["contains", "startsWith", "endsWith"]), operand())
                .prop_map(|(search, part)| format!("account.name.{search}({part})")),
        ];
        leaf.prop_recursive(3, 12, 2, |inner| {
            prop_oneof![
                (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone())
                    .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
                inner.prop_map(|operand| format!("!({operand})")),
            ]
        })
    }

    fn fields() -> impl Strategy<Value = Fields> {
        let value = || {
            prop_oneof![
                Just(None),
                any::<bool>().prop_map(|flag| Some(FieldValue::Boolean(flag))),
                (-3_i64..4).prop_map(|number| Some(FieldValue::Integer(number))),
                prop::sample::select(vec![1.0, 2.5, f64::NAN])
                    .prop_map(|number| Some(FieldValue::Number(number))),
                prop::sample::select(vec!["a", "abc", ""])
                    .prop_map(|text| Some(FieldValue::Text(text.into()))),
            ]
        };
        prop::collection::vec(value(), 5).prop_map(|values| {
            let names = [
                "account.tier",
                "account.name",
                "account.attributes.plan",
                "account.attributes.seats",
                "segment.big",
            ];
            names
                .into_iter()
                .zip(values)
                .fold(Fields::new(), |fields, (name, value)| fields.with(name, value))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_small_tree_answers_as_the_interpreter_does(source in expression(), fields in fields()) {
            let condition = Condition::compile(&source).unwrap();
            prop_assert!(matches!(condition.compiled.evaluation, Evaluation::Direct(_)), "{source}");
            let interpreted = interpret(&condition.compiled.program, &fields);
            prop_assert_eq!(condition.holds(&fields), interpreted, "{}", source);
        }
    }
}
