use super::{Formula, Transform, Variable, is_same_term};
use crate::Error;

/// What a formula is made of, said where something else was found.
const GRAMMAR: &str = "a formula is made of column names, log(), log1p(), sqrt(), C(), offset(), +, :, *, - 1, and `…` around names with other characters";

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Quoted(String),
    Number(String),
    /// A level, in brackets.
    Level(String),
    Sign(char),
    End,
}

impl Token {
    fn said(&self) -> String {
        match self {
            Token::Name(text) | Token::Number(text) => format!("“{text}”"),
            Token::Level(text) => format!("“[{text}]”"),
            Token::Quoted(text) => format!("“`{text}`”"),
            Token::Sign(sign) => format!("“{sign}”"),
            Token::End => "the end".to_owned(),
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Formula, Error> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0 };
    let mut formula = Formula { outcome: None, has_intercept: true, terms: Vec::new(), offsets: Vec::new() };
    if parser.tokens.iter().any(|(token, _)| *token == Token::Sign('~')) {
        if *parser.peek() != Token::Sign('~') {
            formula.outcome = Some(parser.outcome()?);
        }
        parser.expect('~', "after the outcome")?;
    }
    parser.right_side(&mut formula)?;
    if let Some(outcome) = &formula.outcome
        && let Some(twice) =
            formula.terms.iter().flatten().chain(&formula.offsets).find(|own| own.column == outcome.column)
    {
        return Err(error(
            twice.at,
            format!("{} is the outcome and cannot explain itself: leave it out on the right", outcome.column),
        ));
    }
    Ok(formula)
}

fn error(at: usize, reason: impl Into<String>) -> Error {
    Error::Formula { at, reason: reason.into() }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Error> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut next = 0;
    while let Some(&letter) = letters.get(next) {
        let from = next;
        let run = |is_part: fn(char) -> bool| {
            letters[from..].iter().take_while(|own| is_part(**own)).collect::<String>()
        };
        let token = if letter.is_whitespace() {
            next += 1;
            continue;
        } else if letter.is_alphabetic() || letter == '_' {
            Token::Name(run(|own| own.is_alphanumeric() || matches!(own, '_' | '.')))
        } else if letter.is_ascii_digit() {
            Token::Number(run(|own| own.is_alphanumeric() || matches!(own, '_' | '.')))
        } else if letter == '`' {
            let name: String = letters[from + 1..].iter().take_while(|own| **own != '`').collect();
            next += name.chars().count() + 2;
            if next > letters.len() {
                return Err(error(
                    from + 1,
                    "the ` that opens a name has none that closes it: add one after the name",
                ));
            }
            tokens.push((Token::Quoted(name), from + 1));
            continue;
        } else if letter == '[' {
            let level: String = letters[from + 1..].iter().take_while(|own| **own != ']').collect();
            next += level.chars().count() + 2;
            if next > letters.len() {
                return Err(error(
                    from + 1,
                    "the [ that opens a level has no ] that closes it: add one after the level",
                ));
            }
            tokens.push((Token::Level(level.trim().to_owned()), from + 1));
            continue;
        } else if matches!(letter, '~' | '+' | '-' | ':' | '*' | '(' | ')') {
            Token::Sign(letter)
        } else {
            return Err(error(from + 1, format!("“{letter}” has no meaning here: {GRAMMAR}")));
        };
        next += match &token {
            Token::Name(text) | Token::Number(text) => text.chars().count(),
            _ => 1,
        };
        tokens.push((token, from + 1));
    }
    tokens.push((Token::End, letters.len() + 1));
    Ok(tokens)
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn at(&self) -> usize {
        self.tokens[self.next].1
    }

    /// The next token; the end stays where it is.
    fn take(&mut self) -> (Token, usize) {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes(&mut self, sign: char) -> bool {
        let is_next = *self.peek() == Token::Sign(sign);
        if is_next {
            self.take();
        }
        is_next
    }

    fn expect(&mut self, sign: char, place: &str) -> Result<(), Error> {
        let (at, found) = (self.at(), self.peek().said());
        if self.takes(sign) {
            Ok(())
        } else {
            Err(error(at, format!("expected “{sign}” {place}, found {found}")))
        }
    }

    fn outcome(&mut self) -> Result<Variable, Error> {
        let at = self.at();
        let outcome = self.variable()?;
        if outcome.transform.function() == "C" {
            return Err(error(
                at,
                "the outcome is a number for each row, or yes and no: leave C() out on the left",
            ));
        }
        Ok(outcome)
    }

    fn right_side(&mut self, formula: &mut Formula) -> Result<(), Error> {
        let mut is_first = true;
        loop {
            let at = self.at();
            let is_minus = self.takes('-');
            if !is_minus && !self.takes('+') && !is_first {
                let found = self.peek().said();
                return Err(error(at, format!("expected + between two terms, found {found}: {GRAMMAR}")));
            }
            is_first = false;
            match (self.peek().clone(), is_minus) {
                (Token::Number(number), _) if number == "1" || number == "0" => {
                    self.take();
                    formula.has_intercept = (number == "1") != is_minus;
                }
                (other, true) => {
                    return Err(error(
                        at,
                        format!(
                            "only - 1 can be taken away, which leaves the intercept out, not {}",
                            other.said()
                        ),
                    ));
                }
                (Token::Name(name), false) if name == "offset" && self.opens() => {
                    self.take();
                    self.take();
                    let variable = self.variable()?;
                    if variable.transform.function() == "C" {
                        return Err(error(
                            variable.at,
                            "an offset is a number for each row: leave C() out of it",
                        ));
                    }
                    self.expect(')', "at the end of offset()")?;
                    formula.offsets.push(variable);
                }
                _ => self.term(formula)?,
            }
            if *self.peek() == Token::End {
                return Ok(());
            }
        }
    }

    /// Whether a parenthesis follows the next token.
    fn opens(&self) -> bool {
        self.tokens.get(self.next + 1).is_some_and(|(token, _)| *token == Token::Sign('('))
    }

    /// `a`, `a:b` or `a*b:c`.
    fn term(&mut self, formula: &mut Formula) -> Result<(), Error> {
        let mut expanded: Vec<Vec<Variable>> = vec![self.product()?];
        while self.takes('*') {
            let right = self.product()?;
            let crossed: Vec<Vec<Variable>> = expanded
                .iter()
                .map(|left| {
                    let mut both = left.clone();
                    both.extend(
                        right.iter().filter(|own| !left.iter().any(|theirs| own.is_same(theirs))).cloned(),
                    );
                    both
                })
                .collect();
            expanded.push(right);
            expanded.extend(crossed);
        }
        // Parts before products, as they would be written out.
        expanded.sort_by_key(Vec::len);
        for term in expanded {
            if !formula.terms.iter().any(|known| is_same_term(known, &term)) {
                formula.terms.push(term);
            }
        }
        Ok(())
    }

    fn product(&mut self) -> Result<Vec<Variable>, Error> {
        let mut factors = vec![self.variable()?];
        while self.takes(':') {
            let next = self.variable()?;
            if !factors.iter().any(|known| known.is_same(&next)) {
                factors.push(next);
            }
        }
        Ok(factors)
    }

    fn variable(&mut self) -> Result<Variable, Error> {
        let opens = self.opens();
        let (token, at) = self.take();
        let plain = |column: String| Variable { column, transform: Transform::None, at };
        match token {
            Token::Quoted(name) => Ok(plain(name)),
            Token::Name(name) if opens => {
                let transform = match name.as_str() {
                    "log" => Transform::Log,
                    "log1p" => Transform::LogOnePlus,
                    "sqrt" => Transform::Sqrt,
                    "C" => Transform::Levels,
                    _ => {
                        let hint = ["log", "log1p", "sqrt", "C", "offset"]
                            .into_iter()
                            .find(|known| known.eq_ignore_ascii_case(&name))
                            .map_or_else(
                                || "there are log(), log1p(), sqrt(), C() and offset()".to_owned(),
                                |known| format!("did you mean {known}()?"),
                            );
                        return Err(error(at, format!("there is no function {name}(); {hint}")));
                    }
                };
                self.take();
                let (inner, within) = self.take();
                let (Token::Name(column) | Token::Quoted(column)) = inner else {
                    return Err(error(
                        within,
                        format!("expected a column's name within {name}(), found {}", inner.said()),
                    ));
                };
                self.expect(')', &format!("at the end of {name}()"))?;
                let level = match self.peek() {
                    Token::Level(level) if transform == Transform::Levels => Some(level.clone()),
                    _ => None,
                };
                let transform = match level {
                    Some(level) => {
                        self.take();
                        Transform::Level(level)
                    }
                    None => transform,
                };
                Ok(Variable { column, transform, at: within })
            }
            Token::Name(name) => Ok(plain(name)),
            Token::End => Err(error(at, "the formula ends where a column's name is expected")),
            Token::Sign('~') => {
                Err(error(at, "a formula has one ~, between the outcome and what it is explained by"))
            }
            other => Err(error(at, format!("expected a column's name, found {}: {GRAMMAR}", other.said()))),
        }
    }
}
