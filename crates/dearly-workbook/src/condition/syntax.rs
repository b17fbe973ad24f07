//! From text to a CEL program, within bounds, with the places of the names in it.

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use super::ConditionError;
use crate::nearest::help;

const LONGEST_SOURCE: usize = 1_000;
const DEEPEST_BRACKETS: usize = 16;
/// Evaluation descends once per level; this many fit any thread's stack.
const DEEPEST_EXPRESSION: usize = 32;
/// Each loop multiplies the work of the next: two over lists that fit the length stay far under a millisecond.
const MOST_LOOPS: usize = 2;
const LONGEST_PATTERN: usize = 100;
/// The parser descends a dozen frames for each bracket, too deep for the two megabytes of an ordinary thread.
const PARSER_STACK_BYTES: usize = 64 << 20;

const FUNCTIONS: &[&str] =
    &["size", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bool"];
const MACROS: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];
const OPERATORS: &[&str] = &[
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
    operators::INDEX,
    operators::NOT_STRICTLY_FALSE,
    operators::IN,
];

/// What people write who know another language.
const INSTEAD: &[(&str, &str)] =
    &[("=", "=="), ("&", "&&"), ("and", "&&"), ("|", "||"), ("or", "||"), ("<>", "!="), ("not", "!")];

/// A field named at a place.
pub(super) struct Reference {
    /// Its full name.
    pub(super) name: String,
    /// Its first character in the source, from 0.
    pub(super) offset: usize,
}

/// A source that is a condition.
pub(super) struct Parsed {
    pub(super) program: cel::Program,
    pub(super) references: Vec<Reference>,
}

/// Parses within bounds.
pub(super) fn parse(source: &str) -> Result<Parsed, ConditionError> {
    check_bounds(source)?;
    let parse = || parse_on_this_stack(source);
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().name("parse condition".to_owned()).stack_size(PARSER_STACK_BYTES);
        let outcome = thread.spawn_scoped(scope, parse).map(std::thread::ScopedJoinHandle::join);
        match outcome {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(_)) => Err(error(0, "the condition cannot be read", None)),
            Err(cause) => Err(error(0, format!("no thread to read the condition with: {cause}"), None)),
        }
    })
}

fn check_bounds(source: &str) -> Result<(), ConditionError> {
    let length = source.chars().count();
    if source.trim().is_empty() {
        return Err(error(0, "the condition is empty", Some("as in `account.tier == 1`".to_owned())));
    }
    if length > LONGEST_SOURCE {
        return Err(error(
            0,
            format!("the condition has {length} characters; at most {LONGEST_SOURCE} are read"),
            None,
        ));
    }
    let (mut depth, mut quote) = (0_usize, None);
    let mut escaped = false;
    for (offset, character) in source.chars().enumerate() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), closing) if open == closing => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => {
                depth += 1;
                if depth > DEEPEST_BRACKETS {
                    return Err(error(
                        offset,
                        format!("brackets are nested more than {DEEPEST_BRACKETS} deep"),
                        None,
                    ));
                }
            }
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    Ok(())
}

fn parse_on_this_stack(source: &str) -> Result<Parsed, ConditionError> {
    let program = cel::Program::compile(source).map_err(|errors| syntax_error(source, &errors))?;
    let mut reader = Reader { program: &program, references: Vec::new(), locals: Vec::new(), loops: 0 };
    reader.read(program.expression(), 0)?;
    let references = reader.references;
    Ok(Parsed { program, references })
}

fn syntax_error(source: &str, errors: &cel::ParseErrors) -> ConditionError {
    let Some(first) = errors.errors.first() else {
        return error(0, "the condition cannot be read", None);
    };
    let (line, column) = first.pos;
    let lines = source.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0));
    let before: usize = lines.map(|line| line.chars().count()).sum();
    let offset = (before + usize::try_from(column - 1).unwrap_or(0)).min(source.chars().count());
    let said = first.msg.strip_prefix("Syntax error: ").unwrap_or(&first.msg);
    let mut help = None;
    let what = if said.contains("Recursion") || said.contains("recursion") {
        "the condition is nested too deep".to_owned()
    } else if said.contains("input '<EOF>'") || said.contains("at '<EOF>'") || said.starts_with("Incomplete")
    {
        "the condition ends too early".to_owned()
    } else {
        let unexpected = said.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\''));
        // The parser goes on to list all that it would have taken, which helps nobody.
        let unexpected = unexpected.map(|(text, _)| text.split("' expecting").next().unwrap_or(text));
        match unexpected.map(str::trim) {
            Some(text) => {
                let instead = INSTEAD.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
                help = instead.map(|(_, operator)| format!("write `{operator}`"));
                format!("the condition cannot be read from `{text}` on")
            }
            None => format!("the condition cannot be read: {said}"),
        }
    };
    error(offset, what, help)
}

struct Reader<'a> {
    program: &'a cel::Program,
    references: Vec<Reference>,
    /// Names that loops have bound.
    locals: Vec<&'a str>,
    loops: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self, expression: &'a IdedExpr, depth: usize) -> Result<(), ConditionError> {
        if depth > DEEPEST_EXPRESSION {
            return Err(error(self.offset(expression), "the condition is nested too deep", None));
        }
        let depth = depth + 1;
        if let Some(name) = dotted(expression) {
            self.refer(name, expression);
            return Ok(());
        }
        match &expression.expr {
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Ok(()),
            Expr::Select(select) => self.read(&select.operand, depth),
            Expr::List(list) => list.elements.iter().try_for_each(|element| self.read(element, depth)),
            Expr::Call(call) => {
                self.check_call(expression, &call.func_name, &call.args)?;
                call.target.iter().try_for_each(|target| self.read(target, depth))?;
                call.args.iter().try_for_each(|argument| self.read(argument, depth))
            }
            Expr::Comprehension(comprehension) => {
                self.loops += 1;
                if self.loops > MOST_LOOPS {
                    let message = format!("more than {MOST_LOOPS} of `all`, `exists`, `map` and the like");
                    return Err(error(self.offset(expression), message, None));
                }
                self.read(&comprehension.iter_range, depth)?;
                let bound = self.locals.len();
                self.locals.push(&comprehension.iter_var);
                self.locals.push(&comprehension.accu_var);
                self.locals.extend(comprehension.iter_var2.as_deref());
                for part in [
                    &comprehension.accu_init,
                    &comprehension.loop_cond,
                    &comprehension.loop_step,
                    &comprehension.result,
                ] {
                    self.read(part, depth)?;
                }
                self.locals.truncate(bound);
                Ok(())
            }
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.read(&entry.key, depth)?;
                    self.read(&entry.value, depth)
                }
                EntryExpr::StructField(field) => self.read(&field.value, depth),
            }),
            Expr::Struct(_) => Err(error(self.offset(expression), "conditions make no objects", None)),
        }
    }

    fn check_call(
        &self,
        expression: &IdedExpr,
        function: &str,
        arguments: &[IdedExpr],
    ) -> Result<(), ConditionError> {
        if !FUNCTIONS.contains(&function) && !OPERATORS.contains(&function) {
            let known = FUNCTIONS.iter().chain(MACROS).copied();
            let message = format!("unknown function `{function}`");
            return Err(error(self.offset(expression), message, help(function, known)));
        }
        if function == "matches" {
            let pattern = arguments.last().map(|argument| &argument.expr);
            let Some(Expr::Literal(LiteralValue::String(pattern))) = pattern else {
                let message = "the pattern of `matches` must stand in quotes";
                return Err(error(self.offset(expression), message, None));
            };
            // A counted repetition multiplies what the pattern compiles to, nested ones without bound.
            let counted =
                pattern.inner().as_bytes().windows(2).any(|two| two[0] == b'{' && two[1].is_ascii_digit());
            if pattern.inner().chars().count() > LONGEST_PATTERN || counted {
                let message =
                    format!("the pattern has more than {LONGEST_PATTERN} characters or a count in braces");
                return Err(error(self.offset(expression), message, None));
            }
        }
        Ok(())
    }

    fn refer(&mut self, name: String, expression: &IdedExpr) {
        let root = name.split('.').next().unwrap_or(&name);
        if !root.starts_with('@') && !self.locals.contains(&root) {
            self.references.push(Reference { name, offset: self.offset(expression) });
        }
    }

    fn offset(&self, expression: &IdedExpr) -> usize {
        offset_of(expression, self.program)
    }
}

/// The full name that an expression spells: `account.tier`, `account.attributes["plan"]`, and the field that `has`
/// asks for.
pub(super) fn dotted(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", dotted(&select.operand)?, select.field)),
        Expr::Call(call) if call.func_name == operators::INDEX => {
            let [operand, index] = call.args.as_slice() else {
                return None;
            };
            let Expr::Literal(LiteralValue::String(field)) = &index.expr else {
                return None;
            };
            Some(format!("{}.{}", dotted(operand)?, field.inner()))
        }
        _ => None,
    }
}

/// The first character of an expression, from 0.
pub(super) fn offset_of(expression: &IdedExpr, program: &cel::Program) -> usize {
    let mut first = expression;
    loop {
        first = match &first.expr {
            Expr::Select(select) => &select.operand,
            Expr::Call(call) => match (&call.target, call.args.first()) {
                (Some(target), _) => target,
                // Operators stand behind their left side; a function stands before its arguments.
                (None, Some(left)) if OPERATORS.contains(&call.func_name.as_str()) => left,
                _ => break,
            },
            _ => break,
        };
    }
    let info = program.source_info();
    let bytes =
        info.offset_for(first.id).or_else(|| info.offset_for(expression.id)).map_or(0, |(start, _)| start);
    let before = info.source.get(..bytes as usize).unwrap_or(&info.source);
    before.chars().count()
}

fn error(offset: usize, message: impl Into<String>, help: Option<String>) -> ConditionError {
    ConditionError { message: message.into(), help, offset }
}
