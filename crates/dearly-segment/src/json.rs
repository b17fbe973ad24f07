//! Reading JSON in one pass, without a tree.
//!
//! Strict as RFC 8259 says, so that what is kept as text can be read by everyone else; the tests compare it with
//! `serde_json` on random and on damaged texts.

use std::borrow::Cow;

use crate::{DEEPEST, Error};

/// What stands for a character that no database holds: a zero, or half of a surrogate pair.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// A value that the reader has passed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value<'a> {
    /// Not there, or `null`.
    #[default]
    Null,
    Boolean(bool),
    /// As it was written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// The text of a whole object.
    Object(Cow<'a, str>),
    Array,
}

/// A place within a text, moving forward.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// How many characters were passed that no database holds.
    n_unstorable: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0, depth: 0, n_unstorable: 0 }
    }

    /// The place, in bytes.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text from a place to here.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// The first byte of the next value.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Passes the end of the text.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        if self.peek().is_none() { Ok(()) } else { self.expected("the end") }
    }

    /// Passes an object; `each` is called with every name and passes its value.
    pub(crate) fn object(
        &mut self,
        mut each: impl FnMut(&mut Reader<'a>, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.open(b'{', "an object")?;
        if self.peek() == Some(b'}') {
            return self.close();
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.expected("a name in quotes");
            }
            let name = self.string()?;
            if self.peek() != Some(b':') {
                return self.expected("a colon");
            }
            self.at += 1;
            each(self, &name)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => return self.close(),
                _ => return self.expected("a comma or the end of the object"),
            }
        }
    }

    /// Passes an array; `each` passes every item.
    pub(crate) fn array(
        &mut self,
        mut each: impl FnMut(&mut Reader<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.open(b'[', "an array")?;
        if self.peek() == Some(b']') {
            return self.close();
        }
        loop {
            each(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => return self.close(),
                _ => return self.expected("a comma or the end of the array"),
            }
        }
    }

    /// Passes any value.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'{') => self.object(|reader, _| reader.skip()),
            Some(b'[') => self.array(Reader::skip),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.expected("a value"),
        }
    }

    /// Passes any value and says what it is.
    pub(crate) fn value(&mut self) -> Result<Value<'a>, Error> {
        let first = self.peek();
        let (start, n_unstorable) = (self.at, self.n_unstorable);
        if first == Some(b'"') {
            return self.string().map(Value::Text);
        }
        self.skip()?;
        Ok(match first {
            Some(b'{') => Value::Object(self.storable(start, n_unstorable)),
            Some(b'[') => Value::Array,
            Some(b't') => Value::Boolean(true),
            Some(b'f') => Value::Boolean(false),
            Some(b'n') => Value::Null,
            _ => Value::Number(self.since(start)),
        })
    }

    /// How many characters were passed so far that no database holds.
    pub(crate) fn n_unstorable(&self) -> usize {
        self.n_unstorable
    }

    /// The text from a place to here, for keeping; `n_unstorable` is the count at that place.
    pub(crate) fn storable(&self, start: usize, n_unstorable: usize) -> Cow<'a, str> {
        let text = self.since(start);
        if self.n_unstorable == n_unstorable { Cow::Borrowed(text) } else { Cow::Owned(mended(text)) }
    }

    /// Passes a string and gives its characters, borrowed where it has no escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut decoded: Option<String> = None;
        let mut from = start;
        loop {
            self.at = plain_until(bytes, self.at);
            match bytes.get(self.at) {
                Some(b'"') => {
                    let rest = &self.text[from..self.at];
                    self.at += 1;
                    return Ok(match decoded {
                        None => Cow::Borrowed(rest),
                        Some(mut text) => {
                            text.push_str(rest);
                            Cow::Owned(text)
                        }
                    });
                }
                Some(b'\\') => {
                    let decoded = decoded.get_or_insert_default();
                    decoded.push_str(&self.text[from..self.at]);
                    decoded.push(self.escape()?);
                    from = self.at;
                }
                Some(_) => return self.expected("no control character within a string"),
                None => return self.expected("the end of the string"),
            }
        }
    }

    /// Passes an escape and gives the character that it stands for.
    fn escape(&mut self) -> Result<char, Error> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        let letter = match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.expected("an escape that JSON has"),
        };
        self.at += 2;
        Ok(letter)
    }

    fn unicode_escape(&mut self) -> Result<char, Error> {
        let Some(unit) = hexadecimal(self.text.as_bytes(), self.at + 2) else {
            return self.expected("\\u and four hexadecimal digits");
        };
        self.at += 6;
        let bytes = self.text.as_bytes();
        let second = if bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            hexadecimal(bytes, self.at + 2)
        } else {
            None
        };
        if let (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) = (unit, second) {
            self.at += 6;
            let point = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(point).expect("a pair of surrogates is a character"));
        }
        match char::from_u32(unit).filter(|letter| *letter != '\0') {
            Some(letter) => Ok(letter),
            None => {
                self.n_unstorable += 1;
                Ok(REPLACEMENT)
            }
        }
    }

    fn number(&mut self) -> Result<(), Error> {
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            let start = at;
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            (at > start).then_some(at)
        };
        let mut at = self.at;
        if bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        let whole = if bytes.get(at) == Some(&b'0') { Some(at + 1) } else { digits(at) };
        let Some(mut at) = whole else { return self.expected("a number") };
        if bytes.get(at) == Some(&b'.') {
            let Some(end) = digits(at + 1) else { return self.expected("a number") };
            at = end;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            if matches!(bytes.get(at), Some(b'+' | b'-')) {
                at += 1;
            }
            let Some(end) = digits(at) else { return self.expected("a number") };
            at = end;
        }
        self.at = at;
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), Error> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        self.expected(word)
    }

    fn open(&mut self, bracket: u8, what: &'static str) -> Result<(), Error> {
        if self.peek() != Some(bracket) {
            return self.expected(what);
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > DEEPEST { Err(Error::TooDeep { at: self.at - 1 }) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Error> {
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    fn expected<T>(&self, expected: &'static str) -> Result<T, Error> {
        Err(Error::NotJson { at: self.at, expected })
    }
}

/// The place of the next byte that ends a stretch of plain characters: a quote, a backslash or a control character.
/// Eight bytes at a time: most strings of a batch are longer than that.
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A byte that is zero after the subtraction, or was below what is subtracted, has its high bit set by it.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    while let Some(eight) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        let quotes = below(word ^ (ONES * u64::from(b'"')), 1);
        let backslashes = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = (quotes | backslashes | below(word, 0x20)) & HIGH;
        if found != 0 {
            // Borrows go upwards only: the lowest byte found is right.
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

fn hexadecimal(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// JSON in which every escape for what no database holds is one for the replacement character.
fn mended(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut mended = String::with_capacity(text.len());
    let (mut at, mut from) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        if bytes.get(at + 1) != Some(&b'u') {
            at += 2;
            continue;
        }
        let unit = hexadecimal(bytes, at + 2);
        let second =
            (bytes.get(at + 6..at + 8) == Some(b"\\u")).then(|| hexadecimal(bytes, at + 8)).flatten();
        match (unit, second) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => at += 12,
            (Some(0 | 0xd800..0xe000), _) => {
                mended.push_str(&text[from..at]);
                mended.push_str("\\ufffd");
                at += 6;
                from = at;
            }
            _ => at += 6,
        }
    }
    mended.push_str(&text[from..]);
    mended
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Value<'_>, Error> {
        let mut reader = Reader::new(text);
        let value = reader.value()?;
        reader.end()?;
        Ok(value)
    }

    #[test]
    fn values_are_what_they_say() {
        for (text, value) in [
            ("null", Value::Null),
            (" true ", Value::Boolean(true)),
            ("-0.5e+7", Value::Number("-0.5e+7")),
            ("123456789012345678901234567890", Value::Number("123456789012345678901234567890")),
            (r#""""#, Value::Text("".into())),
            (r#""plain, and long enough""#, Value::Text("plain, and long enough".into())),
            (r#""\"\\\/\b\f\n\r\tä\u00e4""#, Value::Text("\"\\/\u{8}\u{c}\n\r\tää".into())),
            (r#""\ud83d\ude00""#, Value::Text("😀".into())),
            (
                r#""\ud83d!\ude00\u0000\ud83d\ud83d\ude00""#,
                Value::Text("\u{fffd}!\u{fffd}\u{fffd}\u{fffd}😀".into()),
            ),
            (r#"{"a": [1, {}]}"#, Value::Object(r#"{"a": [1, {}]}"#.into())),
            (
                r#"{"\u0000":"\\u0000\ud83d\ud83d\ude00\udfff"}"#,
                Value::Object(r#"{"\ufffd":"\\u0000\ufffd\ud83d\ude00\ufffd"}"#.into()),
            ),
            ("[]", Value::Array),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, at, expected) in [
            ("", 0, "a value"),
            ("{", 1, "a name in quotes"),
            (r#"{"a""#, 4, "a colon"),
            (r#"{"a":}"#, 5, "a value"),
            (r#"{"a":1,}"#, 7, "a name in quotes"),
            ("[1 2]", 3, "a comma or the end of the array"),
            ("[1,]", 3, "a value"),
            ("01", 1, "the end"),
            ("1.", 0, "a number"),
            ("-", 0, "a number"),
            ("1e", 0, "a number"),
            ("nul", 0, "null"),
            (r#""\x""#, 1, "an escape that JSON has"),
            (r#""\u12g4""#, 1, "\\u and four hexadecimal digits"),
            ("\"a\nb\"", 2, "no control character within a string"),
            ("\"a\0b\"", 2, "no control character within a string"),
            ("\"ab", 3, "the end of the string"),
            ("1 1", 2, "the end"),
        ] {
            assert_eq!(read(text), Err(Error::NotJson { at, expected }), "{text:?}");
        }
    }

    #[test]
    fn depth_has_a_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(&nested(DEEPEST)), Ok(Value::Array));
        assert_eq!(read(&nested(DEEPEST + 1)), Err(Error::TooDeep { at: DEEPEST }));
        assert_eq!(read(&"{\"a\":".repeat(100_000)), Err(Error::TooDeep { at: DEEPEST * 5 }));
    }

    /// JSON, as it may come: of some depth, with every kind of letter.
    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".{0,20}".prop_map(|text: String| text.replace('\0', "0").into()),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map(
                    ".{0,9}".prop_map(|text: String| text.replace('\0', "0")),
                    inner,
                    0..6
                )
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(value in json(), pretty: bool, cut in any::<prop::sample::Index>(), byte: u8) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            match read(&text) {
                Ok(Value::Text(own)) => prop_assert_eq!(Some(&*own), value.as_str()),
                Ok(Value::Object(own)) => prop_assert_eq!(&*own, text.as_str()),
                own => prop_assert!(own.is_ok(), "{:?}", own),
            }
            // The same with a byte that is another.
            let mut bytes = text.into_bytes();
            let place = cut.index(bytes.len());
            bytes[place] = byte;
            if let Ok(damaged) = std::str::from_utf8(&bytes) {
                let other = serde_json::from_str::<serde_json::Value>(damaged);
                match read(damaged) {
                    Ok(_) => prop_assert!(other.is_ok() || damaged.contains("\\u") || is_out_of_range(&other), "{:?} {:?}", damaged, other),
                    Err(error) => prop_assert!(other.is_err(), "{:?} {:?}", damaged, error),
                }
            }
        }

        #[test]
        fn what_is_mended_is_json_that_serde_json_reads(units in prop::collection::vec(any::<u16>(), 0..8), high: bool) {
            let units: Vec<u16> = units.iter().map(|unit| if high { 0xd800 | (unit & 0x7ff) } else { *unit }).collect();
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let text = format!("{{\"a\":\"{escaped}\\\\u0000\"}}");
            let Ok(Value::Object(kept)) = read(&text) else { panic!("{text}") };
            let value: serde_json::Value = serde_json::from_str(&kept).unwrap();
            let expected = format!("{}\\u0000", String::from_utf16_lossy(&units).replace('\0', "\u{fffd}"));
            prop_assert_eq!(value["a"].as_str(), Some(expected.as_str()));
        }
    }

    /// A number such as 1e999 is JSON; no 64 bits hold it.
    fn is_out_of_range(read: &serde_json::Result<serde_json::Value>) -> bool {
        read.as_ref().is_err_and(|error| error.to_string().contains("out of range"))
    }
}
