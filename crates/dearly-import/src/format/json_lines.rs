//! JSON Lines: an object per line, its keys the columns.
//!
//! A key that an object lacks is an absent cell, which keeps what was known; `null` is an empty one, which clears it.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{ABSENT, Fault, LONGEST_CELL, LONGEST_ROW, Next, RawRow};
use crate::error::FileError;

const MOST_COLUMNS: usize = 4_096;
/// How much of a row that cannot be read is kept for the rejects.
const KEPT: usize = 64 << 10;

/// A JSON Lines file that is being read.
pub(crate) struct Reader {
    lines: Lines,
    columns: Vec<String>,
    places: HashMap<String, usize>,
}

/// The union of the keys of all objects, in the order of the alphabet.
pub(crate) fn columns(name: &str, input: Box<dyn Read + Send>) -> Result<Vec<String>, FileError> {
    let mut lines = Lines::new(name, input);
    let mut columns = BTreeSet::new();
    let mut first = true;
    while let Some(too_long) = lines.next()? {
        if std::mem::take(&mut first) && lines.text.trim_ascii_start().starts_with(b"[") {
            let reason =
                "is a JSON array; expected JSON Lines, an object per line (`jq -c '.[]'` makes them)";
            return Err(FileError::unreadable(name, reason));
        }
        if !too_long {
            let mut deserializer = serde_json::Deserializer::from_slice(&lines.text);
            // What cannot be read is told when the rows are.
            let _ = deserializer.deserialize_map(Keys(&mut columns));
        }
        if columns.len() > MOST_COLUMNS {
            return Err(FileError::unreadable(name, format!("has more than {MOST_COLUMNS} different keys")));
        }
    }
    Ok(columns.into_iter().collect())
}

impl Reader {
    pub(crate) fn new(name: &str, input: Box<dyn Read + Send>, columns: Vec<String>) -> Reader {
        let places = columns.iter().enumerate().map(|(place, column)| (column.clone(), place)).collect();
        Reader { lines: Lines::new(name, input), columns, places }
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Next, FileError> {
        let Some(too_long) = self.lines.next()? else {
            return Ok(Next::End);
        };
        row.clear();
        row.line = self.lines.line;
        if too_long {
            return Ok(Next::Fault(self.fault(None, "the line is longer than 32 MiB".to_owned())));
        }
        row.spans.resize(self.columns.len(), ABSENT);
        let mut column = None;
        let seed = Object { row, places: &self.places, column: &mut column };
        let mut deserializer = serde_json::Deserializer::from_slice(&self.lines.text);
        let read = deserializer.deserialize_map(seed).and_then(|()| deserializer.end());
        match read {
            Ok(()) => Ok(Next::Row),
            Err(error) => {
                let reason = error.to_string();
                // The position within the line is the parser's; the line is ours.
                let (reason, at) = match reason.rsplit_once(" at line 1 column ") {
                    Some((reason, at)) => (reason.to_owned(), format!(" (character {at})")),
                    None => (reason, String::new()),
                };
                let reason =
                    if error.is_data() { reason } else { format!("not a JSON object: {reason}{at}") };
                Ok(Next::Fault(self.fault(column, reason)))
            }
        }
    }

    fn fault(&self, column: Option<String>, reason: String) -> Fault {
        let kept = &self.lines.text[..self.lines.text.len().min(KEPT)];
        let mut raw = String::from_utf8_lossy(kept).into_owned();
        if kept.len() < self.lines.text.len() {
            raw.push('…');
        }
        Fault { line: self.lines.line, column, reason, raw: vec![raw] }
    }
}

/// The lines of a file, blank ones left out.
struct Lines {
    name: String,
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    text: Vec<u8>,
}

impl Lines {
    fn new(name: &str, input: Box<dyn Read + Send>) -> Lines {
        Lines {
            name: name.to_owned(),
            input: BufReader::with_capacity(128 << 10, input),
            line: 0,
            text: Vec::new(),
        }
    }

    /// Reads a line; the flag says that it is longer than a row may be.
    fn next(&mut self) -> Result<Option<bool>, FileError> {
        loop {
            self.text.clear();
            let mut too_long = false;
            let mut found = false;
            loop {
                let chunk = match self.input.fill_buf() {
                    Ok(chunk) => chunk,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(error) => {
                        let reason = format!("cannot be read beyond line {}: {error}", self.line);
                        return Err(FileError::unreadable(&self.name, reason));
                    }
                };
                if chunk.is_empty() {
                    break;
                }
                found = true;
                let newline = chunk.iter().position(|byte| *byte == b'\n');
                let taken = newline.map_or(chunk.len(), |at| at + 1);
                if self.text.len() + taken > LONGEST_ROW {
                    too_long = true;
                } else {
                    self.text.extend_from_slice(&chunk[..taken]);
                }
                self.input.consume(taken);
                if newline.is_some() {
                    break;
                }
            }
            if !found {
                return Ok(None);
            }
            if self.line == 0 && self.text.starts_with(&[0xef, 0xbb, 0xbf]) {
                self.text.drain(..3);
            }
            self.line += 1;
            if too_long || !self.text.trim_ascii().is_empty() {
                let end = self.text.trim_ascii_end().len();
                self.text.truncate(end);
                return Ok(Some(too_long));
            }
        }
    }
}

/// Collects the keys of an object.
struct Keys<'a>(&'a mut BTreeSet<String>);

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if !self.0.contains(key.as_ref()) && self.0.len() <= MOST_COLUMNS {
                self.0.insert(key.into_owned());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Fills a row from an object.
struct Object<'a> {
    row: &'a mut RawRow,
    places: &'a HashMap<String, usize>,
    /// The column that was being read.
    column: &'a mut Option<String>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the columns as keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        use serde::de::Error;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let Some(place) = self.places.get(key.as_ref()) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if self.row.spans[*place] != ABSENT {
                *self.column = Some(key.into_owned());
                return Err(A::Error::custom("the key stands twice in the object"));
            }
            let start = self.row.text.len();
            if let Err(error) = map.next_value_seed(Value { text: &mut self.row.text, within_list: false }) {
                *self.column = Some(key.into_owned());
                return Err(error);
            }
            if self.row.text.len() - start > LONGEST_CELL {
                *self.column = Some(key.into_owned());
                return Err(A::Error::custom("the cell is longer than 1 MiB"));
            }
            self.row.spans[*place] = (start as u32, self.row.text.len() as u32);
        }
        Ok(())
    }
}

/// Appends a value as the text it would be in a CSV file.
struct Value<'a> {
    text: &'a mut String,
    within_list: bool,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.within_list {
            "a text or a number in a list"
        } else {
            "a text, a number, a flag or a list"
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.text.push_str(text);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        use fmt::Write;
        let _ = write!(self.text, "{number}");
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        use fmt::Write;
        let _ = write!(self.text, "{number}");
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        use fmt::Write;
        let _ = write!(self.text, "{number}");
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.within_list {
            return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        let mut first = true;
        loop {
            let before = self.text.len();
            if !first {
                self.text.push(';');
            }
            if list.next_element_seed(Value { text: self.text, within_list: true })?.is_none() {
                self.text.truncate(before);
                return Ok(());
            }
            first = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_become_rows_and_what_is_none_is_rejected() {
        let text = concat!(
            "{\"a\": 1, \"b\": [\"x\", \"y\"]}\n",
            "\n",
            "{\"b\": null, \"a\": 2.50}\n",
            "{\"a\": true}\n",
            "{\"a\": {\"c\": 1}}\n",
            "{\"a\": 1, \"a\": 2}\n",
            "{\"a\": 1\n",
            "[1]\n",
            "{\"a\": \"é\"} x\n",
        );
        let open = || -> Box<dyn Read + Send> { Box::new(std::io::Cursor::new(text.as_bytes().to_vec())) };
        let columns = columns("a.jsonl", open()).unwrap();
        assert_eq!(columns, ["a", "b"]);
        let mut reader = Reader::new("a.jsonl", open(), columns);
        let mut row = RawRow::default();
        let mut seen = Vec::new();
        loop {
            match reader.next(&mut row).unwrap() {
                Next::End => break,
                Next::Row => seen.push(format!("{}: {:?} {:?}", row.line, row.cell(0), row.cell(1))),
                Next::Fault(fault) => {
                    seen.push(format!(
                        "{}! {}: {}",
                        fault.line,
                        fault.column.unwrap_or_default(),
                        fault.reason
                    ));
                }
            }
        }
        assert_eq!(
            seen,
            [
                "1: Some(\"1\") Some(\"x;y\")",
                "3: Some(\"2.5\") Some(\"\")",
                "4: Some(\"true\") None",
                "5! a: invalid type: map, expected a text, a number, a flag or a list",
                "6! a: the key stands twice in the object",
                "7! : not a JSON object: EOF while parsing an object (character 7)",
                "8! : invalid type: sequence, expected an object with the columns as keys",
                "9! : not a JSON object: trailing characters (character 13)",
            ]
        );
    }
}
