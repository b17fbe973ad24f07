//! CSV by RFC 4180, streaming, that finds its feet again after a broken row.
//!
//! A row with a broken quote is rejected, and reading resumes at the line after the one where the row began: the
//! quote may have swallowed rows that are whole. A closing quote is looked for through at most [`LONGEST_ROW`] bytes
//! and [`MOST_LINES`] lines. A row whose quotes are right but which has a wrong number of cells, or a cell that is too
//! long, is rejected as a whole, and reading resumes after it.

use std::io::Read;

use super::{Fault, LONGEST_CELL, LONGEST_ROW, Next, RawRow};
use crate::error::FileError;

/// How many lines a quoted cell may run over.
const MOST_LINES: u64 = 10_000;
/// How much of a row that cannot be split is kept for the rejects.
const KEPT: usize = 64 << 10;
const MOST_COLUMNS: usize = 4_096;

/// A CSV file that is being read.
pub(crate) struct Reader {
    name: String,
    input: Box<dyn Read + Send>,
    delimiter: u8,
    columns: Vec<String>,
    buffer: Vec<u8>,
    /// The unread part of the buffer.
    start: usize,
    end: usize,
    ended: bool,
    /// The line at `start`.
    line: u64,
    cells: Cells,
}

/// The cells of a row, unquoted, one after the other.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Where the last cell that is kept apart begins in the row's own bytes.
    last_at: usize,
    count: usize,
}

/// What the bytes at the start of a buffer hold.
#[derive(Debug, PartialEq)]
enum Scan {
    /// More bytes are needed.
    More,
    /// A row of this length over this many lines. The cell at this index, if any, is too long.
    Row { length: usize, lines: u64, too_long: Option<usize> },
    /// A row that cannot be split; the rest of its first line is to be passed over.
    Broken { cell: usize, reason: &'static str },
}

impl Reader {
    /// Reads the header.
    pub(crate) fn open(name: &str, input: Box<dyn Read + Send>, delimiter: u8) -> Result<Reader, FileError> {
        let mut reader = Reader {
            name: name.to_owned(),
            input,
            delimiter,
            columns: Vec::new(),
            buffer: vec![0; 256 << 10],
            start: 0,
            end: 0,
            ended: false,
            line: 1,
            cells: Cells::default(),
        };
        while reader.end < 3 && !reader.ended {
            reader.fill()?;
        }
        match reader.buffer[..reader.end] {
            [0xef, 0xbb, 0xbf, ..] => reader.start = 3,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                return Err(FileError::unreadable(name, "is UTF-16; save it as UTF-8"));
            }
            _ => {}
        }
        loop {
            match reader.scan(MOST_COLUMNS)? {
                None => return Ok(reader),
                Some(Scan::Row { length, lines, too_long: None }) => {
                    if reader.cells.count > MOST_COLUMNS {
                        return Err(FileError::unreadable(
                            name,
                            format!("has more than {MOST_COLUMNS} columns"),
                        ));
                    }
                    if reader.cells.is_blank() {
                        reader.pass(length, lines);
                        continue;
                    }
                    let Ok(text) = std::str::from_utf8(&reader.cells.bytes) else {
                        return Err(FileError::unreadable(
                            name,
                            "the header is not UTF-8; save the file as UTF-8",
                        ));
                    };
                    let mut start = 0;
                    for end in &reader.cells.ends {
                        reader
                            .columns
                            .push(text.get(start..*end as usize).unwrap_or_default().trim().to_owned());
                        start = *end as usize;
                    }
                    reader.pass(length, lines);
                    return Ok(reader);
                }
                Some(Scan::Broken { reason, .. }) => {
                    return Err(FileError::unreadable(name, format!("the header cannot be read: {reason}")));
                }
                Some(_) => {
                    return Err(FileError::unreadable(name, "the header cannot be read: a name is too long"));
                }
            }
        }
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn next(&mut self, row: &mut RawRow) -> Result<Next, FileError> {
        let width = self.columns.len();
        loop {
            let line = self.line;
            match self.scan(width)? {
                None => return Ok(Next::End),
                Some(Scan::More) => unreachable!("scan fills the buffer"),
                Some(Scan::Row { length, lines, too_long }) => {
                    if self.cells.is_blank() {
                        self.pass(length, lines);
                        continue;
                    }
                    let fault = if let Some(cell) = too_long {
                        Some((
                            Some(cell),
                            format!("the cell is longer than 1 MiB ({length} bytes in the row)"),
                        ))
                    } else if self.cells.count != width {
                        let (found, s) = (self.cells.count, if self.cells.count == 1 { "" } else { "s" });
                        Some((None, format!("the row has {found} cell{s}, the header has {width}")))
                    } else {
                        None
                    };
                    if let Some((cell, reason)) = fault {
                        let raw = self.split(length);
                        self.pass(length, lines);
                        return Ok(Next::Fault(self.fault(line, cell, reason, raw)));
                    }
                    row.clear();
                    row.line = line;
                    match String::from_utf8(std::mem::take(&mut self.cells.bytes)) {
                        Ok(text) => {
                            self.cells.bytes = std::mem::replace(&mut row.text, text).into_bytes();
                        }
                        Err(error) => {
                            let at = error.utf8_error().valid_up_to();
                            self.cells.bytes = error.into_bytes();
                            let cell = self.cells.ends.iter().position(|end| at < *end as usize);
                            let raw = self.split(length);
                            self.pass(length, lines);
                            let reason = "the cell is not UTF-8; save the file as UTF-8".to_owned();
                            return Ok(Next::Fault(self.fault(line, cell, reason, raw)));
                        }
                    }
                    let mut start = 0;
                    row.spans.extend(
                        self.cells.ends.iter().map(|end| (std::mem::replace(&mut start, *end), *end)),
                    );
                    self.pass(length, lines);
                    return Ok(Next::Row);
                }
                Some(Scan::Broken { cell, reason }) => {
                    let raw = vec![self.pass_line()?];
                    return Ok(Next::Fault(self.fault(line, Some(cell), reason.to_owned(), raw)));
                }
            }
        }
    }

    fn fault(&self, line: u64, cell: Option<usize>, reason: String, raw: Vec<String>) -> Fault {
        let column = cell.and_then(|cell| self.columns.get(cell)).cloned();
        Fault { line, column, reason, raw }
    }

    /// The row at the start of what is unread; `None` at the end of the file.
    fn scan(&mut self, width: usize) -> Result<Option<Scan>, FileError> {
        loop {
            if self.start < self.end {
                let unread = &self.buffer[self.start..self.end];
                let scan = scan(unread, self.ended, self.delimiter, width, &mut self.cells);
                if scan != Scan::More {
                    return Ok(Some(scan));
                }
            } else if self.ended {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), FileError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        match self.input.read(&mut self.buffer[self.end..]) {
            Ok(0) => self.ended = true,
            Ok(count) => self.end += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                let reason = format!("cannot be read beyond line {}: {error}", self.line);
                return Err(FileError::unreadable(&self.name, reason));
            }
        }
        Ok(())
    }

    fn pass(&mut self, length: usize, lines: u64) {
        self.start += length;
        self.line += lines;
    }

    /// Passes over the rest of the line; gives its beginning.
    fn pass_line(&mut self) -> Result<String, FileError> {
        let mut kept = Vec::new();
        let mut cut = false;
        loop {
            let unread = &self.buffer[self.start..self.end];
            let newline = unread.iter().position(|byte| *byte == b'\n');
            let taken = newline.unwrap_or(unread.len());
            let room = KEPT.saturating_sub(kept.len()).min(taken);
            kept.extend_from_slice(&unread[..room]);
            cut |= room < taken;
            match newline {
                Some(at) => {
                    self.pass(at + 1, 1);
                    break;
                }
                None => {
                    self.start = self.end;
                    if self.ended {
                        break;
                    }
                    self.fill()?;
                }
            }
        }
        let mut text = String::from_utf8_lossy(&kept).into_owned();
        if cut {
            text.push('…');
        } else if text.ends_with('\r') {
            text.pop();
        }
        Ok(text)
    }

    /// The cells of a rejected row. What goes beyond the columns stays, as it stood, in the last one.
    fn split(&self, length: usize) -> Vec<String> {
        let width = self.columns.len();
        let shorten = |bytes: &[u8]| {
            let mut text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_CELL)]).into_owned();
            if bytes.len() > LONGEST_CELL {
                text.push('…');
            }
            text
        };
        let mut start = 0;
        let mut raw: Vec<String> = Vec::with_capacity(width);
        for end in self.cells.ends.iter().take(width) {
            raw.push(shorten(&self.cells.bytes[start..*end as usize]));
            start = *end as usize;
        }
        if self.cells.count > width
            && let Some(last) = raw.last_mut()
        {
            let row = &self.buffer[self.start..self.start + length];
            *last = shorten(row[self.cells.last_at.min(row.len())..].trim_ascii_end());
        }
        raw
    }
}

impl Cells {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.count = 0;
        self.last_at = 0;
    }

    /// Whether the row is an empty line.
    fn is_blank(&self) -> bool {
        self.count == 1 && self.bytes.is_empty() && self.last_at == 0
    }

    /// Ends a cell that began at this place of the row; beyond the width cells are only counted.
    fn end_cell(&mut self, width: usize, at: usize, before: usize) {
        self.count += 1;
        if self.count <= width {
            self.ends.push(self.bytes.len() as u32);
            if self.count == width {
                self.last_at = at;
            }
        } else {
            self.bytes.truncate(before);
        }
    }
}

/// Splits the row at the start of the bytes. `ended` says that nothing follows them.
fn scan(bytes: &[u8], ended: bool, delimiter: u8, width: usize, cells: &mut Cells) -> Scan {
    cells.clear();
    let (mut at, mut lines, mut too_long) = (0, 0, None);
    loop {
        let cell = cells.count;
        let (cell_at, before) = (at, cells.bytes.len());
        if bytes.get(at) == Some(&b'"') {
            let mut from = at + 1;
            at = from;
            loop {
                match bytes.get(at) {
                    None if ended => return broken(cell, "the quote is not closed by the end of the file"),
                    None if at > LONGEST_ROW => return broken(cell, "the quote is not closed within 32 MiB"),
                    None => return Scan::More,
                    Some(b'"') => {
                        append(cells, &bytes[from..at], before);
                        match bytes.get(at + 1) {
                            Some(b'"') => {
                                append(cells, b"\"", before);
                                at += 2;
                                from = at;
                            }
                            None if !ended => return Scan::More,
                            _ => {
                                at += 1;
                                break;
                            }
                        }
                    }
                    Some(b'\n') => {
                        lines += 1;
                        if lines > MOST_LINES {
                            return broken(cell, "the quote is not closed within 10,000 lines");
                        }
                        at += 1;
                    }
                    Some(_) => at += 1,
                }
            }
            match bytes.get(at) {
                None | Some(b'\n') => {}
                Some(byte) if *byte == delimiter => {}
                Some(b'\r') => match bytes.get(at + 1) {
                    Some(b'\n') => {}
                    None if ended => {}
                    None => return Scan::More,
                    Some(_) => return broken(cell, AFTER_QUOTE),
                },
                Some(_) => return broken(cell, AFTER_QUOTE),
            }
        } else {
            let length = bytes[at..]
                .iter()
                .position(|byte| *byte == delimiter || *byte == b'\n' || *byte == b'"')
                .unwrap_or(bytes.len() - at);
            at += length;
            match bytes.get(at) {
                Some(b'"') => {
                    return broken(
                        cell,
                        "a quote stands inside a cell that is not quoted; quote the cell and double its quotes",
                    );
                }
                None if !ended && at > LONGEST_ROW => return broken(cell, "the row is longer than 32 MiB"),
                None if !ended => return Scan::More,
                _ => {}
            }
            let mut content = &bytes[cell_at..at];
            if bytes.get(at) == Some(&b'\n') {
                content = content.strip_suffix(b"\r").unwrap_or(content);
            }
            append(cells, content, before);
        }
        if too_long.is_none() && at - cell_at > LONGEST_CELL {
            too_long = Some(cell);
        }
        cells.end_cell(width, cell_at, before);
        match bytes.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            None => {
                return Scan::Row { length: at, lines: lines + 1, too_long };
            }
            Some(b'\r') => {
                let length = (at + 2).min(bytes.len());
                return Scan::Row { length, lines: lines + 1, too_long };
            }
            Some(_) => {
                return Scan::Row { length: at + 1, lines: lines + 1, too_long };
            }
        }
        if at > LONGEST_ROW {
            return broken(cell, "the row is longer than 32 MiB");
        }
    }
}

const AFTER_QUOTE: &str =
    "the closing quote is followed by more text; double the quotes inside a quoted cell";

fn broken(cell: usize, reason: &'static str) -> Scan {
    Scan::Broken { cell, reason }
}

/// Adds to the cell that began at `before`, but no more than a little over the longest.
fn append(cells: &mut Cells, content: &[u8], before: usize) {
    if cells.bytes.len() - before <= LONGEST_CELL {
        cells.bytes.extend_from_slice(content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line per row: its line and its cells, or its line, column and reason.
    fn read(text: &[u8]) -> Vec<String> {
        let mut reader = Reader::open("a.csv", Box::new(std::io::Cursor::new(text.to_vec())), b',').unwrap();
        let mut row = RawRow::default();
        let mut seen = Vec::new();
        loop {
            match reader.next(&mut row).unwrap() {
                Next::End => return seen,
                Next::Row => seen.push(format!("{}: {}", row.line, row.verbatim().join("|"))),
                Next::Fault(fault) => seen.push(format!(
                    "{}! {}: {} <{}>",
                    fault.line,
                    fault.column.unwrap_or_default(),
                    fault.reason.split(';').next().unwrap_or_default(),
                    fault.raw.join("|")
                )),
            }
        }
    }

    #[test]
    fn rows_read_by_rfc_4180() {
        for (text, rows) in [
            ("a,b\n1,2\n", vec!["2: 1|2"]),
            ("\u{feff}a,b\r\n1,2\r\n3,4", vec!["2: 1|2", "3: 3|4"]),
            ("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", vec!["2: x,y|say \"hi\""]),
            ("a,b\n\"two\nlines\",2\n3,4\n", vec!["2: two\nlines|2", "4: 3|4"]),
            ("a,b\n\n1,2\n\r\n,\n", vec!["3: 1|2", "5: |"]),
            ("a,b\r\n\"1\",\"2\"\r\n", vec!["2: 1|2"]),
            ("a,b\n1,\"2\"", vec!["2: 1|2"]),
        ] {
            assert_eq!(read(text.as_bytes()), rows, "{text:?}");
        }
    }

    #[test]
    fn a_broken_row_is_rejected_alone() {
        for (text, rows) in [
            ("a,b\n1\n3,4\n", vec!["2! : the row has 1 cell, the header has 2 <1>", "3: 3|4"]),
            (
                "a,b\n1,2,\"x\",9\n3,4\n",
                vec!["2! : the row has 4 cells, the header has 2 <1|2,\"x\",9>", "3: 3|4"],
            ),
            (
                "a,b\n1,\"open\n3,4\n5,6\n",
                vec!["2! b: the quote is not closed by the end of the file <1,\"open>", "3: 3|4", "4: 5|6"],
            ),
            (
                "a,b\n1,\"open\n3,4\n5,\"six\"\n",
                vec!["2! b: the closing quote is followed by more text <1,\"open>", "3: 3|4", "4: 5|six"],
            ),
            (
                "a,b\n1,5\" pipe\n3,4\n",
                vec!["2! b: a quote stands inside a cell that is not quoted <1,5\" pipe>", "3: 3|4"],
            ),
        ] {
            assert_eq!(read(text.as_bytes()), rows, "{text:?}");
        }
        assert_eq!(
            read(b"a,b\n1,\xff\xfe\n3,4\n"),
            ["2! b: the cell is not UTF-8 <1|\u{fffd}\u{fffd}>", "3: 3|4"]
        );
    }

    #[test]
    fn a_cell_beyond_the_limit_is_rejected_and_the_next_row_read() {
        for quote in ["", "\""] {
            let long = "x".repeat(10_000_000);
            let text = format!("a,b\n1,{quote}{long}{quote}\n3,4\n");
            let rows = read(text.as_bytes());
            assert!(rows[0].starts_with("2! b: the cell is longer than 1 MiB"), "{}", &rows[0][..80]);
            assert!(rows[0].len() < LONGEST_CELL + 200);
            assert_eq!(rows[1..], ["3: 3|4"]);
        }
        // Lines within the quotes are not taken for rows.
        let text = format!("a,b\n1,\"{}\"\n3,4\n", "9,9\n".repeat(300_000));
        let rows = read(text.as_bytes());
        assert!(rows[0].starts_with("2! b: the quote is not closed within 10,000 lines"));
        let text = format!("a,b\n1,\"{}\"\n3,4\n", format!("9,9{}\n", " ".repeat(200)).repeat(9_000));
        let rows = read(text.as_bytes());
        assert!(rows[0].starts_with("2! b: the cell is longer than 1 MiB"));
        assert_eq!(rows[1..], ["9003: 3|4"]);
        let endless = format!("a,b\n1,{}", "x".repeat(LONGEST_ROW + (1 << 20)));
        assert_eq!(read(endless.as_bytes()).len(), 1);
    }
}
