//! CEL expressions over the columns of a row and of the rows joined to it.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::common::types::CelString;
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, Env, ExecutionError, Program, Value};
use dearly_domain::Instant;

use super::functions;
use super::join::RightRow;
use super::{Problems, Word};
use crate::format::RawRow;
use crate::nearest;

/// An expression that has been compiled.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) source: Word,
    program: Arc<Program>,
}

/// Where a name points: a column of the row (table 0) or of the row joined by the join before `table`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) table: usize,
    pub(crate) column: usize,
}

/// The names that expressions and columns may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// `column`, and `table.column` for joined tables.
    pub(crate) slots: HashMap<String, Slot>,
    /// The joined tables, and the columns of each; the row itself is first, as `row`.
    pub(crate) tables: Vec<(String, Vec<String>)>,
}

fn environment() -> &'static Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Env::stdlib();
        environment.add_extension(cel::extensions::strings).expect("the extension is added once");
        environment.add_extension(cel::extensions::math).expect("the extension is added once");
        Arc::new(environment)
    })
}

/// The context that the scopes of all rows share.
pub(crate) fn root() -> Context<'static, 'static> {
    let mut root = Context::with_env(Arc::clone(environment()));
    functions::add(&mut root);
    root
}

impl Expression {
    pub(crate) fn compile(source: Word, problems: &mut Problems) -> Option<Expression> {
        match environment().compile(&source.text) {
            Ok(program) => Some(Expression { source, program: Arc::new(program) }),
            Err(errors) => {
                let text = errors.to_string();
                let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("not an expression");
                problems
                    .add(source.at, format!("{:?} is not a CEL expression: {}", source.text, first.trim()));
                None
            }
        }
    }

    /// Reports names that are no columns, and functions that there are not.
    pub(crate) fn check(&self, names: &Names, root: &Context<'_, '_>, problems: &mut Problems) {
        let mut used = Vec::new();
        walk(self.program.expression(), &mut Vec::new(), &mut used);
        let mut known = true;
        for (name, field) in used {
            let full = field.map(|field| format!("{name}.{field}"));
            let table = names.tables.iter().find(|(table, _)| table == name);
            let is_known = match (&full, table) {
                _ if names.slots.contains_key(name) => true,
                (Some(full), Some((_, columns))) => {
                    names.slots.contains_key(full)
                        || columns.iter().any(|column| Some(column.as_str()) == field)
                }
                (None, Some(_)) => true,
                _ => cel::Env::stdlib().types().find_type(name).is_some(),
            };
            if !is_known {
                known = false;
                let name = full.as_deref().filter(|_| table.is_some()).unwrap_or(name);
                let mut all: Vec<&str> = names.slots.keys().map(String::as_str).collect();
                all.sort_unstable();
                let hint = nearest::hint(name, all.iter().copied());
                problems
                    .add(self.source.at, format!("{:?}: there is no column {name}{hint}", self.source.text));
            }
        }
        if known {
            // A trial run with empty cells finds functions that there are not; that it fails otherwise means nothing.
            let row = RawRow::default();
            let scope = Scope { names, row: &row, joined: &[] };
            if let Err(ExecutionError::UndeclaredReference(name)) = self.run(root, &scope) {
                problems.add(self.source.at, format!("{:?}: there is no function {name}", self.source.text));
            }
        }
    }

    fn run(&self, root: &Context<'_, '_>, scope: &Scope<'_>) -> Result<Value, ExecutionError> {
        let mut inner = root.new_inner_scope();
        inner.set_variable_resolver(scope);
        self.program.execute(&inner)
    }

    /// Whether the expression holds for a row.
    pub(crate) fn holds(&self, root: &Context<'_, '_>, scope: &Scope<'_>) -> Result<bool, String> {
        match self.run(root, scope) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => {
                Err(format!("{:?} gives {}, expected true or false", self.source.text, other.type_of()))
            }
            Err(error) => Err(format!("{:?} fails: {error}", self.source.text)),
        }
    }

    /// Appends what the expression gives for a row, as a cell.
    pub(crate) fn append(
        &self,
        root: &Context<'_, '_>,
        scope: &Scope<'_>,
        text: &mut String,
    ) -> Result<(), String> {
        let value =
            self.run(root, scope).map_err(|error| format!("{:?} fails: {error}", self.source.text))?;
        append(&value, text)
            .map_err(|kind| format!("{:?} gives {kind}, which no cell can hold", self.source.text))
    }
}

fn append(value: &Value, text: &mut String) -> Result<(), String> {
    let written = match value {
        Value::Null => Ok(()),
        Value::String(string) => {
            text.push_str(string);
            Ok(())
        }
        Value::Int(number) => write!(text, "{number}"),
        Value::UInt(number) => write!(text, "{number}"),
        Value::Float(number) if number.is_finite() => write!(text, "{number}"),
        Value::Bool(value) => write!(text, "{value}"),
        Value::Timestamp(stamp) => write!(text, "{}", Instant::from_micros(stamp.timestamp_micros())),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(';');
                }
                append(item, text)?;
            }
            Ok(())
        }
        other => return Err(other.type_of().to_string()),
    };
    written.map_err(|error| error.to_string())
}

/// The names that an expression uses, each with the field selected on it; names that a macro binds are left out.
fn walk<'e>(expression: &'e IdedExpr, bound: &mut Vec<&'e str>, used: &mut Vec<(&'e str, Option<&'e str>)>) {
    match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) => {}
        Expr::Ident(name) => {
            if !name.starts_with('@') && !bound.contains(&name.as_str()) {
                used.push((name, None));
            }
        }
        Expr::Select(select) => match &select.operand.expr {
            Expr::Ident(name) if !name.starts_with('@') && !bound.contains(&name.as_str()) => {
                used.push((name, Some(&select.field)));
            }
            _ => walk(&select.operand, bound, used),
        },
        Expr::Call(call) => {
            // The namespace of a function, as in `math.greatest(…)`, looks like a name.
            if let Some(target) = &call.target
                && !matches!(&target.expr, Expr::Ident(name) if matches!(name.as_str(), "math" | "strings" | "optional"))
            {
                walk(target, bound, used);
            }
            call.args.iter().for_each(|argument| walk(argument, bound, used));
        }
        Expr::List(list) => list.elements.iter().for_each(|element| walk(element, bound, used)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| walk_entry(&entry.expr, bound, used)),
        Expr::Struct(made) => made.entries.iter().for_each(|entry| walk_entry(&entry.expr, bound, used)),
        Expr::Comprehension(loops) => {
            walk(&loops.iter_range, bound, used);
            walk(&loops.accu_init, bound, used);
            let before = bound.len();
            bound.push(&loops.iter_var);
            bound.push(&loops.accu_var);
            bound.extend(loops.iter_var2.as_deref());
            for part in [&loops.loop_cond, &loops.loop_step, &loops.result] {
                walk(part, bound, used);
            }
            bound.truncate(before);
        }
    }
}

fn walk_entry<'e>(
    entry: &'e EntryExpr,
    bound: &mut Vec<&'e str>,
    used: &mut Vec<(&'e str, Option<&'e str>)>,
) {
    match entry {
        EntryExpr::StructField(field) => walk(&field.value, bound, used),
        EntryExpr::MapEntry(entry) => {
            walk(&entry.key, bound, used);
            walk(&entry.value, bound, used);
        }
    }
}

/// The row that expressions are run on. Every cell is a text; an empty or absent one is the empty text.
pub(crate) struct Scope<'r> {
    pub(crate) names: &'r Names,
    pub(crate) row: &'r RawRow,
    pub(crate) joined: &'r [Option<&'r RightRow>],
}

impl Scope<'_> {
    /// The trimmed cell that a name points to.
    pub(crate) fn cell(&self, slot: Slot) -> &str {
        let cell = match slot.table {
            0 => self.row.cell(slot.column),
            table => self.joined.get(table - 1).copied().flatten().map(|row| row.cell(slot.column)),
        };
        cell.unwrap_or_default().trim()
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(slot) = self.names.slots.get(name) {
            return Some(CowVal::owned(CelString::from(self.cell(*slot))));
        }
        // A whole table, for columns whose names are no identifiers: `row["Seats (paid)"]`.
        let table = self.names.tables.iter().position(|(table, _)| table == name)?;
        let columns = self.names.tables[table].1.iter().enumerate();
        let cells: HashMap<String, String> = columns
            .map(|(column, name)| (name.clone(), self.cell(Slot { table, column }).to_owned()))
            .collect();
        let value: Box<dyn Val> = Value::from(cells).try_into().ok()?;
        Some(CowVal::Owned(value))
    }
}
