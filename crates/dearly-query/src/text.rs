//! The text of a question: one statement that only reads, its parameter bound.

use std::ops::ControlFlow;

use datafusion::common::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArguments, Select, Statement as SqlStatement, TableFactor, Value, Visit, Visitor,
    visit_expressions_mut, visit_relations,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use dearly_domain::Day;

use crate::error::{Error, Place, Result, syntax};
use crate::room::with_room;

/// The longest text, in bytes: longer ones are no questions of people.
const LONGEST: usize = 50_000;
/// How deep expressions may be nested; a chain of `and`, `or` or `+` is nested as often as it has links.
const DEEPEST: usize = 100;
/// How deep brackets may be nested, those of types, too: the parser tries some of them twice at every depth.
const DEEPEST_BRACKETS: usize = 32;
/// How deep the parser may descend: what it does not understand at the bottom it tries again in another way at every depth.
const DEEPEST_PARSED: usize = 18;
/// How deep one `with` may be nested in another, how many types may be lists of one another, and how many `interval` or unary
/// signs may follow one another.
const MOST_IN_A_ROW: usize = 6;
/// How many selects and tables a statement may name.
const MOST_PARTS: usize = 120;

/// The statement of the text, with `:as_of` bound to the day as a typed date.
///
/// # Errors
/// [`Error::Sql`]: no statement or several, one that does more than read, a mistake of syntax, another parameter.
pub(crate) fn read(text: &str, as_of: Day) -> Result<Statement> {
    // What is too deep is also dropped on the large stack.
    with_room(|| parse(text, as_of))
}

fn parse(text: &str, as_of: Day) -> Result<Statement> {
    if text.len() > LONGEST {
        return Err(Error::sql(format!("the text has {} bytes, more than {LONGEST}", text.len())));
    }
    check_nesting(text)?;
    let statements = DFParserBuilder::new(text)
        .with_dialect(&GenericDialect {})
        .with_recursion_limit(DEEPEST_PARSED)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(mistake)?;
    let mut statements = statements.into_iter();
    let mut statement = statements.next().ok_or_else(|| {
        Error::sql_at("there is no statement", None, Some("as in `select * from accounts`".to_owned()))
    })?;
    if statements.next().is_some() {
        return Err(Error::sql("there are several statements, and one is answered at a time"));
    }
    check_reads_only(&statement, text)?;
    check_size(inner(&mut statement))?;
    bind(inner(&mut statement), as_of)?;
    Ok(statement)
}

/// Refuses what would keep the parser busy for years, or end the process for want of a stack.
fn check_nesting(text: &str) -> Result<()> {
    // What is no text of SQL the parser says with more words.
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, text).tokenize() else { return Ok(()) };
    let tokens: Vec<Token> =
        tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let word = |place: usize| match tokens.get(place) {
        Some(Token::Word(word)) => Some(word.keyword),
        _ => None,
    };
    let too_deep =
        |what: &str, most: usize| Err(Error::sql(format!("{what} more than {most} deep: ask in parts")));
    // Of each open bracket whether it is one of a type, and whether it begins with `with`.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let mut in_a_row = 0;
    for (place, token) in tokens.iter().enumerate() {
        let before = place.checked_sub(1).and_then(word);
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                open.push((false, word(place + 1) == Some(Keyword::WITH)));
            }
            Token::Lt if matches!(before, Some(Keyword::ARRAY | Keyword::STRUCT | Keyword::MAP)) => {
                open.push((true, false));
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                // What looked like the type of a column named `array` and a comparison was none.
                while open.pop_if(|(is_type, _)| *is_type).is_some() {}
                open.pop();
            }
            Token::Gt | Token::ShiftRight => {
                let n_closed = if *token == Token::Gt { 1 } else { 2 };
                for _ in 0..n_closed {
                    open.pop_if(|(is_type, _)| *is_type);
                }
            }
            _ => {}
        }
        if open.len() > DEEPEST_BRACKETS {
            return too_deep("brackets are nested", DEEPEST_BRACKETS);
        }
        if open.iter().filter(|(_, begins_with)| *begins_with).count() > MOST_IN_A_ROW {
            return too_deep("`with` is nested", MOST_IN_A_ROW);
        }
        let after = place.checked_sub(1).and_then(|before| tokens.get(before));
        let repeats = match token {
            Token::Word(own) if matches!(own.keyword, Keyword::INTERVAL | Keyword::NOT) => is_prefix(after),
            Token::Minus | Token::Plus | Token::Tilde => is_prefix(after),
            Token::LBracket => after == Some(&Token::RBracket),
            Token::RBracket if after == Some(&Token::LBracket) => continue,
            _ => false,
        };
        in_a_row = if repeats { in_a_row + 1 } else { 0 };
        if in_a_row > MOST_IN_A_ROW {
            return too_deep("types, signs or intervals are nested", MOST_IN_A_ROW);
        }
    }
    Ok(())
}

/// Whether what comes after it is still the same operand.
fn is_prefix(token: Option<&Token>) -> bool {
    match token {
        Some(Token::Word(own)) => matches!(own.keyword, Keyword::INTERVAL | Keyword::NOT),
        Some(token) => matches!(token, Token::Minus | Token::Plus | Token::Tilde),
        None => false,
    }
}

/// Refuses what is nested too deep or has too many parts to be planned.
fn check_size(statement: &SqlStatement) -> Result<()> {
    match statement.visit(&mut Size::default()) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

#[derive(Default)]
struct Size {
    depth: usize,
    parts: usize,
}

impl Size {
    fn part(&mut self) -> ControlFlow<Error> {
        self.parts += 1;
        if self.parts <= MOST_PARTS {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(Error::sql(format!("the statement has more than {MOST_PARTS} selects and tables")))
    }
}

impl Visitor for Size {
    type Break = Error;

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<Error> {
        self.depth += 1;
        if self.depth <= DEEPEST {
            return ControlFlow::Continue(());
        }
        let message = format!("an expression is nested more than {DEEPEST} deep");
        let help =
            "a chain of `and`, `or` or `+` counts with each of its links: `in (…)` and sums over rows do not";
        ControlFlow::Break(Error::sql_at(message, None, Some(help.to_owned())))
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<Error> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, _: &Select) -> ControlFlow<Error> {
        self.part()
    }

    fn pre_visit_table_factor(&mut self, _: &TableFactor) -> ControlFlow<Error> {
        self.part()
    }
}

fn mistake(error: DataFusionError) -> Error {
    match error.find_root() {
        DataFusionError::SQL(parser, _) if matches!(**parser, ParserError::RecursionLimitExceeded) => {
            Error::sql("too many things stand within one another: ask in parts, as by a `with`")
        }
        DataFusionError::SQL(parser, _) => syntax(&parser.to_string()),
        other => Error::sql(other.message().into_owned()),
    }
}

/// The statement of SQL within one that explains it.
fn inner(statement: &mut Statement) -> &mut SqlStatement {
    match statement {
        Statement::Statement(own) => own,
        Statement::Explain(explain) => inner(&mut explain.statement),
        _ => unreachable!("others are refused"),
    }
}

fn check_reads_only(statement: &Statement, text: &str) -> Result<()> {
    let reads = match statement {
        Statement::Statement(own) => match own.as_ref() {
            SqlStatement::Query(_)
            | SqlStatement::ExplainTable { .. }
            | SqlStatement::ShowTables { .. }
            | SqlStatement::ShowColumns { .. }
            | SqlStatement::ShowFunctions { .. } => true,
            SqlStatement::Explain { analyze, options, .. } => !analyze && options.is_none(),
            _ => false,
        },
        Statement::Explain(explain) => {
            check_reads_only(&explain.statement, text)?;
            !explain.options.analyze
        }
        _ => false,
    };
    if reads {
        return Ok(());
    }
    let first: String =
        text.split_whitespace().take(2).collect::<Vec<_>>().join(" ").chars().take(40).collect();
    Err(Error::sql_at(
        format!("`{first} …` is refused: a question only reads"),
        None,
        Some("ask with select, with, values, explain, describe or show tables".to_owned()),
    ))
}

/// Puts the day in the place of `:as_of`, in the parsed statement: texts and comments that say the same stay as they are.
/// A bare `user`, a word of SQL for the one who asks, is the column.
fn bind(statement: &mut SqlStatement, as_of: Day) -> Result<()> {
    let day = Parser::new(&GenericDialect {})
        .try_with_sql(&format!("DATE '{as_of}'"))
        .and_then(|mut parser| parser.parse_expr())
        .expect("a date is an expression");
    let flow = visit_expressions_mut(statement, |expression| {
        match expression {
            Expr::Value(value) => {
                if let Value::Placeholder(name) = &value.value {
                    if name != ":as_of" {
                        let place = place_of(value.span);
                        let help =
                            Some("the one parameter is `:as_of`, the day that is asked about".to_owned());
                        return ControlFlow::Break(Error::sql_at(
                            format!("there is no parameter `{name}`"),
                            place,
                            help,
                        ));
                    }
                    *expression = day.clone();
                }
            }
            Expr::Function(function)
                if matches!(function.args, FunctionArguments::None)
                    && function.name.0.len() == 1
                    && function.name.to_string().eq_ignore_ascii_case("user") =>
            {
                if let Some(name) = function.name.0[0].as_ident() {
                    *expression = Expr::Identifier(name.clone());
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    });
    match flow {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Where the statement names the relation.
pub(crate) fn place_of_relation(statement: &mut Statement, name: &str) -> Option<Place> {
    let mut place = None;
    let _ = visit_relations(inner(statement), |relation| {
        let last = relation.0.last().and_then(|part| part.as_ident());
        match last.filter(|last| last.value.eq_ignore_ascii_case(name)) {
            Some(last) => {
                place = place_of(last.span);
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        }
    });
    place
}

fn place_of(span: datafusion::sql::sqlparser::tokenizer::Span) -> Option<Place> {
    (span.start.line > 0).then_some(Place { line: span.start.line, column: span.start.column })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Day {
        "2026-06-30".parse().unwrap()
    }

    #[test]
    fn the_day_is_bound_where_it_is_a_parameter_and_nowhere_else() {
        for (text, bound) in [
            ("select :as_of", "SELECT DATE '2026-06-30'"),
            ("select ':as_of' -- :as_of", "SELECT ':as_of'"),
            ("select ':as_of''' || :as_of /* :as_of */", "SELECT ':as_of''' || DATE '2026-06-30'"),
            (
                "select * from tickets where opened_at >= :as_of - interval '30 days'",
                "SELECT * FROM tickets WHERE opened_at >= DATE '2026-06-30' - INTERVAL '30 days'",
            ),
            ("explain select :as_of", "EXPLAIN SELECT DATE '2026-06-30'"),
            ("select user, \"on\" from t", "SELECT user, \"on\" FROM t"),
        ] {
            assert_eq!(read(text, day()).unwrap().to_string(), bound, "{text}");
        }
    }

    #[test]
    fn what_does_more_than_read_is_refused() {
        for text in [
            "create table t (a int)",
            "create view v as select 1",
            "create external table t stored as parquet location '/etc'",
            "drop table accounts",
            "insert into accounts values (1)",
            "update accounts set name = 'x'",
            "delete from accounts",
            "truncate table accounts",
            "copy accounts to '/tmp/x.parquet'",
            "copy (select 1) to '/tmp/x.csv'",
            "set datafusion.execution.batch_size = 1",
            "reset datafusion.execution.batch_size",
            "explain analyze select 1",
            "explain (analyze true) select 1",
            "explain copy accounts to '/tmp/x'",
            "explain drop table accounts",
            "begin",
            "commit",
            "prepare p as select 1",
            "execute p",
            "use other",
            "show variables",
            "grant select on accounts to me",
            "load data inpath 'x' into table t",
            "call f()",
            "",
            "  -- nothing",
            "select 1; select 2",
            "select :known",
            "select $1",
            "select ?",
        ] {
            assert!(matches!(read(text, day()), Err(Error::Sql { .. })), "{text:?} was taken");
        }
    }

    /// However deep something is nested, it is taken or refused within a moment.
    #[test]
    fn no_nesting_keeps_the_parser_busy() {
        for (open, inner, close) in [
            ("cast(null as array<", "int", ">"),
            ("array<", "int", ">"),
            ("struct<a ", "int", ">"),
            ("map(int, ", "int", ")"),
            ("", "int", "[]"),
            ("interval ", "'1 day'", ""),
            ("interval (", "'1 day'", ")"),
            ("with a as (", "select 1", ") select 1"),
            ("try_cast(", "1", " as int)"),
            ("cast(", "1", " as int)"),
            ("array[", "1", "]"),
            ("[", "1", "]"),
            ("{'a': ", "1", "}"),
            ("map {'a': ", "1", "}"),
            ("(", "1", ")"),
            ("(select ", "1", ")"),
            ("exists (select ", "1", ")"),
            ("1 in (select ", "1", ")"),
            ("1 in (", "1", ")"),
            ("case when ", "true", " then 1 end"),
            ("case ", "1", " when 1 then 2 end"),
            ("not ", "true", ""),
            ("- ", "1", ""),
            ("~ ", "1", ""),
            ("not (", "true", ")"),
            ("interval - ", "1", ""),
            ("not - ", "1", ""),
            ("interval not - + ", "1", ""),
            ("convert(", "1", ", int)"),
            ("floor(", "a", ")"),
            ("safe_cast(", "1", " as int)"),
            ("substr(", "a", ", 1)"),
            ("f(", "1", ")"),
            ("f(a => ", "1", ")"),
            ("extract(year from ", "a", ")"),
            ("substring(", "a", " from 1)"),
            ("position(", "a", " in 'b')"),
            ("overlay(", "a", " placing 'b' from 1)"),
            ("trim(both 'x' from ", "a", ")"),
            ("ceil(", "a", ")"),
            ("a[", "1", "]"),
            ("1 + (", "1", ")"),
            ("select * from (", "select 1", ")"),
            ("select * from lateral (", "select 1", ")"),
            ("values (", "1", ")"),
            ("struct(", "1", ")"),
            ("grouping sets ((", "a", "))"),
            ("x -> ", "1", ""),
            ("(x) -> ", "1", ""),
            ("any(", "1", ")"),
            ("1 = any(", "1", ")"),
            ("listagg(", "1", ") within group (order by 1)"),
            ("sum(1) over (partition by ", "1", ")"),
            ("sum(1) filter (where ", "true", ")"),
            ("'a' like ", "'a'", ""),
            ("a between ", "1", " and 2"),
            ("a is distinct from ", "1", ""),
            ("date ", "'x'", ""),
            ("a::", "int", ""),
            ("prior ", "1", ""),
            ("select 1 union (", "select 1", ")"),
            ("explain ", "select 1", ""),
        ] {
            // What is wrong at the bottom is tried again in another way at every depth.
            for inner in [inner, ")", "!", ""] {
                for depth in [3, 10, 20, 32, 1_000, 6_000] {
                    let nested = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
                    for text in [format!("select {nested}"), format!("select cast(null as {nested})"), nested]
                    {
                        drop(read(&text, day()));
                    }
                }
            }
        }
    }

    #[test]
    fn what_people_nest_is_taken() {
        for text in [
            "select cast(a as array<array<int>>), cast(a as struct<x int>), a < b, b > c, d >> 1 from t",
            "select a[1][2][3], m['x']['y'], cast(null as int[][]), [[1], [2]] from t",
            "select interval '1 day' + interval '2 days' - interval '3 days'",
            "with a as (with b as (select 1) select * from b) select * from a",
            "select coalesce(nullif(trim(lower(replace(cast(substr(a, 1, 3) as text), 'x', 'y'))), ''), 'none') from t",
            "select sum(case when a > (select max(b) from (select b from t where c in (select d from u))) then 1 end) from v",
            "select 1 where (a and (b or (c and (d or (e and not (f = 1))))))",
            "select - -1, + - + 1, not not a from t",
        ] {
            assert!(read(text, day()).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_told_so() {
        let nested = |depth: usize| format!("select {}1{}", "abs(".repeat(depth), ")".repeat(depth));
        assert!(read(&nested(14), day()).is_ok());
        let Err(Error::Sql { message, .. }) = read(&nested(20), day()) else { panic!() };
        assert!(message.contains("ask in parts"), "{message}");
    }

    #[test]
    fn another_parameter_is_named_with_its_place() {
        let Err(Error::Sql { message, place, .. }) = read("select 1,\n  :asof", day()) else { panic!() };
        assert_eq!(message, "there is no parameter `:asof`");
        assert_eq!(place, Some(Place { line: 2, column: 3 }));
    }
}
