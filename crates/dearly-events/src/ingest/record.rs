//! One event or call as the log has it: a small binary form that is cheap to write and safe to read.

use dearly_domain::Instant;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// Something that a user did: a row of the lake to be.
    Event,
    /// Who a user is.
    Identify,
    /// Which account a user belongs to, and what is known of the account.
    Group,
    /// Two ids of one user.
    Alias,
    /// Something that came and could not be taken, kept so that it can be shown.
    Rejected,
}

/// An event or a call as it came, before it is known which account it belongs to. Borrowed: it is encoded at once
/// and decoded where it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// What it is.
    pub kind: RecordKind,
    /// When it happened, by our clock.
    pub at: Instant,
    /// What the client called its time.
    pub original_at: Option<Instant>,
    /// When the client sent it, by its own clock.
    pub sent_at: Option<Instant>,
    /// The id that deduplicates within its source.
    pub message_id: &'a str,
    /// The telemetry id of the user.
    pub user: Option<&'a str>,
    /// The id that the user had before being known.
    pub anonymous: Option<&'a str>,
    /// The account's telemetry id: of the context of an event, of a group call.
    pub group: Option<&'a str>,
    /// The value of the property that the workbook names as the account.
    pub account: Option<&'a str>,
    /// The name of an event, the former id of an alias, the reason of a rejection.
    pub name: Option<&'a str>,
    /// The product it belongs to.
    pub product: Option<&'a str>,
    /// How many times.
    pub count: u32,
    /// A number that came with it.
    pub value: Option<f64>,
    /// A JSON object: properties of an event, traits of a call; the text of what was rejected.
    pub body: Option<&'a str>,
    /// JSON beyond that.
    pub extra: Option<&'a str>,
}

/// Bytes that are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotARecord(&'static str);

/// The version of the form; the first byte of every record.
const VERSION: u8 = 1;
const TEXTS: usize = 8;
const HAS_ORIGINAL_AT: u16 = 1 << 8;
const HAS_SENT_AT: u16 = 1 << 9;
const HAS_VALUE: u16 = 1 << 10;
const HAS_COUNT: u16 = 1 << 11;
const KNOWN_FLAGS: u16 = (1 << 12) - 1;

impl<'a> Record<'a> {
    /// A record with nothing but its kind and its time; `count` is 1.
    pub fn new(kind: RecordKind, at: Instant) -> Record<'a> {
        Record {
            kind,
            at,
            original_at: None,
            sent_at: None,
            message_id: "",
            user: None,
            anonymous: None,
            group: None,
            account: None,
            name: None,
            product: None,
            count: 1,
            value: None,
            body: None,
            extra: None,
        }
    }

    /// The texts that may be absent, in the order of their flags.
    fn texts(&self) -> [Option<&'a str>; TEXTS] {
        [self.user, self.anonymous, self.group, self.account, self.name, self.product, self.body, self.extra]
    }

    /// Appends the record to the buffer: version, kind, flags, instants, numbers, then texts led by their
    /// lengths. Only what is there takes room.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let texts = self.texts();
        let mut flags = 0_u16;
        for (place, text) in texts.iter().enumerate() {
            flags |= u16::from(text.is_some()) << place;
        }
        for (present, flag) in [
            (self.original_at.is_some(), HAS_ORIGINAL_AT),
            (self.sent_at.is_some(), HAS_SENT_AT),
            (self.value.is_some(), HAS_VALUE),
            (self.count != 1, HAS_COUNT),
        ] {
            flags |= if present { flag } else { 0 };
        }
        let length: usize = texts.iter().flatten().map(|text| text.len() + 5).sum();
        buffer.reserve(64 + self.message_id.len() + length);
        buffer.extend_from_slice(&[VERSION, self.kind as u8]);
        buffer.extend_from_slice(&flags.to_le_bytes());
        buffer.extend_from_slice(&self.at.micros().to_le_bytes());
        for at in [self.original_at, self.sent_at].into_iter().flatten() {
            buffer.extend_from_slice(&at.micros().to_le_bytes());
        }
        if let Some(value) = self.value {
            buffer.extend_from_slice(&value.to_bits().to_le_bytes());
        }
        if self.count != 1 {
            buffer.extend_from_slice(&self.count.to_le_bytes());
        }
        for text in [Some(self.message_id)].into_iter().chain(texts).flatten() {
            put_length(buffer, text.len());
            buffer.extend_from_slice(text.as_bytes());
        }
    }

    /// The record that these bytes are, all of them.
    ///
    /// # Errors
    /// [`NotARecord`] for any bytes that [`Record::encode`] did not write; it never panics.
    pub fn decode(bytes: &'a [u8]) -> Result<Record<'a>, NotARecord> {
        let mut reader = Reader(bytes);
        if reader.byte()? != VERSION {
            return Err(NotARecord(
                "a record of another version, expected 1; was it written by a newer dearly?",
            ));
        }
        let kind = match reader.byte()? {
            0 => RecordKind::Event,
            1 => RecordKind::Identify,
            2 => RecordKind::Group,
            3 => RecordKind::Alias,
            4 => RecordKind::Rejected,
            _ => return Err(NotARecord("a record of an unknown kind")),
        };
        let flags = u16::from_le_bytes(reader.array()?);
        if flags & !KNOWN_FLAGS != 0 {
            return Err(NotARecord("a record with unknown fields"));
        }
        let has = |flag: u16| flags & flag != 0;
        let mut record = Record::new(kind, reader.instant()?);
        if has(HAS_ORIGINAL_AT) {
            record.original_at = Some(reader.instant()?);
        }
        if has(HAS_SENT_AT) {
            record.sent_at = Some(reader.instant()?);
        }
        if has(HAS_VALUE) {
            record.value = Some(f64::from_bits(u64::from_le_bytes(reader.array()?)));
        }
        if has(HAS_COUNT) {
            record.count = u32::from_le_bytes(reader.array()?);
        }
        record.message_id = reader.text()?;
        let mut texts = [None; TEXTS];
        for (place, text) in texts.iter_mut().enumerate() {
            if has(1 << place) {
                *text = Some(reader.text()?);
            }
        }
        [
            record.user,
            record.anonymous,
            record.group,
            record.account,
            record.name,
            record.product,
            record.body,
            record.extra,
        ] = texts;
        if reader.0.is_empty() { Ok(record) } else { Err(NotARecord("a record with bytes after its end")) }
    }
}

/// Seven bits a byte, the lowest first.
pub(crate) fn put_length(buffer: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        buffer.push(length as u8 | 0x80);
        length >>= 7;
    }
    buffer.push(length as u8);
}

/// Reads from the front of bytes that may be anything.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

const CUT: NotARecord = NotARecord("a record that ends too early");

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], NotARecord> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], NotARecord> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, NotARecord> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn instant(&mut self) -> Result<Instant, NotARecord> {
        self.array().map(|bytes| Instant::from_micros(i64::from_le_bytes(bytes)))
    }

    pub(crate) fn length(&mut self) -> Result<usize, NotARecord> {
        let mut length = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            length |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(length).map_err(|_| CUT);
            }
        }
        Err(NotARecord("a length that no text has"))
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, NotARecord> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| NotARecord("a text that is not UTF-8"))
    }
}
