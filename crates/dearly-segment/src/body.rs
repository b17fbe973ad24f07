//! Bodies: a single call, or a batch of them.

mod traits;

use std::borrow::Cow;
use std::mem::take;

use dearly_domain::Instant;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::call::{Alias, Call, Event, Group, Identify, Stamp};
use crate::clock::{self, Times};
use crate::json::{Reader, Value};
use crate::reject::{Rejected, shortened};
use crate::{Endpoint, Error, LARGEST_BODY, LARGEST_CALL, LARGEST_SHARED, LONGEST_NAME, MOST_CALLS};

/// What is known of a body beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Where it was sent.
    pub endpoint: Endpoint,
    /// When it came.
    pub received_at: Instant,
    /// A number that no other body has: ids are made of it for calls without one. Sent again, such calls are new.
    pub nonce: u128,
    /// The property that names the account, where the workbook names one.
    pub account_property: Option<&'a str>,
}

/// What a body says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed<'a> {
    /// The write key within the body.
    pub write_key: Option<Cow<'a, str>>,
    /// The calls that can be taken, in their order.
    pub calls: Vec<Call<'a>>,
    /// Those that cannot.
    pub rejected: Vec<Rejected>,
}

/// Reads a decompressed body.
///
/// # Errors
/// Any [`Error`]; then nothing of the body can be taken.
pub fn parse<'a>(body: &'a [u8], arrival: &Arrival<'_>) -> Result<Parsed<'a>, Error> {
    if body.len() > LARGEST_BODY {
        return Err(Error::TooLarge);
    }
    let text = std::str::from_utf8(body).map_err(|error| Error::NotText { at: error.valid_up_to() })?;
    let mut reader = Reader::new(text);
    let mut parsed = Parsed::default();
    let (shared, drafts) = if arrival.endpoint == Endpoint::Batch {
        batch(&mut reader, arrival)?
    } else {
        let draft = Draft::read(&mut reader, arrival)?;
        (Shared { write_key: draft.write_key.clone(), ..Shared::default() }, vec![draft])
    };
    reader.end()?;
    if shared.context.bytes() * drafts.len() > LARGEST_SHARED {
        return Err(Error::SharedTooLarge);
    }
    parsed.calls.reserve(drafts.len());
    for (place, draft) in drafts.into_iter().enumerate() {
        let raw = draft.raw;
        match draft.call(&shared, arrival, place) {
            Ok(call) => parsed.calls.push(call),
            Err(reason) => parsed.rejected.push(Rejected::new(reason, raw, users_of(raw, arrival))),
        }
    }
    parsed.write_key = match shared.write_key {
        Value::Text(key) if !key.is_empty() => Some(key),
        _ => None,
    };
    Ok(parsed)
}

/// Whom a call names that cannot be taken, read once more: it is rare.
fn users_of(raw: &str, arrival: &Arrival<'_>) -> [Option<String>; 2] {
    let Ok(draft) = Draft::read(&mut Reader::new(raw), arrival) else { return [None, None] };
    let owned = |name, value| id(name, value).ok().flatten().map(Cow::into_owned);
    let anonymous = owned("previousId", draft.previous).or_else(|| owned("anonymousId", draft.anonymous));
    [owned("userId", draft.user), anonymous]
}

/// What a batch says once for all its calls.
#[derive(Debug, Default)]
struct Shared<'a> {
    write_key: Value<'a>,
    sent_at: Value<'a>,
    context: Context<'a>,
}

/// What of a context counts.
#[derive(Debug, Default)]
struct Context<'a> {
    group: Value<'a>,
    traits: Value<'a>,
}

/// A call as it stands, its values unchecked.
#[derive(Debug, Default)]
struct Draft<'a> {
    raw: &'a str,
    /// Why it cannot be taken, where that shows before anything is read.
    refusal: Option<String>,
    kind: Value<'a>,
    write_key: Value<'a>,
    message_id: Value<'a>,
    user: Value<'a>,
    anonymous: Value<'a>,
    previous: Value<'a>,
    group: Value<'a>,
    event: Value<'a>,
    name: Value<'a>,
    category: Value<'a>,
    timestamp: Value<'a>,
    original_timestamp: Value<'a>,
    sent_at: Value<'a>,
    context: Context<'a>,
    traits: Value<'a>,
    properties: Properties<'a>,
}

/// The properties of an event, and those of them that count.
#[derive(Debug, Default)]
struct Properties<'a> {
    /// The whole object; `None` where there is none, or it is empty.
    text: Option<Cow<'a, str>>,
    /// Whether they are something else than an object.
    is_wrong: bool,
    account: Value<'a>,
    product: Value<'a>,
    value: Value<'a>,
    revenue: Value<'a>,
}

fn batch<'a>(reader: &mut Reader<'a>, arrival: &Arrival<'_>) -> Result<(Shared<'a>, Vec<Draft<'a>>), Error> {
    let mut shared = Shared::default();
    let mut drafts = None;
    reader.object(|reader, name| {
        match name {
            "batch" if reader.peek() == Some(b'[') => {
                let list = drafts.insert(Vec::new());
                reader.array(|reader| {
                    if list.len() == MOST_CALLS {
                        return Err(Error::TooManyCalls);
                    }
                    list.push(Draft::read(reader, arrival)?);
                    Ok(())
                })?;
            }
            "writeKey" => shared.write_key = reader.value()?,
            "sentAt" => shared.sent_at = reader.value()?,
            "context" => shared.context = Context::read(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok((shared, drafts.ok_or(Error::NoBatch)?))
}

impl<'a> Context<'a> {
    /// How much of it may be repeated in every call.
    fn bytes(&self) -> usize {
        let bytes = |value: &Value<'_>| match value {
            Value::Text(text) | Value::Object(text) => text.len(),
            _ => 0,
        };
        bytes(&self.group) + bytes(&self.traits)
    }

    fn read(reader: &mut Reader<'a>) -> Result<Context<'a>, Error> {
        let mut context = Context::default();
        if reader.peek() != Some(b'{') {
            reader.skip()?;
            return Ok(context);
        }
        reader.object(|reader, name| {
            match name {
                "groupId" => context.group = reader.value()?,
                "traits" => context.traits = reader.value()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(context)
    }
}

impl<'a> Properties<'a> {
    fn read(reader: &mut Reader<'a>, arrival: &Arrival<'_>) -> Result<Properties<'a>, Error> {
        let mut own = Properties::default();
        if reader.peek() != Some(b'{') {
            own.is_wrong = reader.value()? != Value::Null;
            return Ok(own);
        }
        let (start, n_unstorable) = (reader.at(), reader.n_unstorable());
        let mut is_empty = true;
        reader.object(|reader, name| {
            is_empty = false;
            if Some(name) == arrival.account_property {
                // What is no name of an account names none, and the user may still have one.
                if let named @ (Value::Text(_) | Value::Number(_)) = reader.value()? {
                    own.account = named;
                }
                return Ok(());
            }
            match name {
                "product" => own.product = reader.value()?,
                "value" => own.value = reader.value()?,
                "revenue" => own.revenue = reader.value()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        own.text = (!is_empty).then(|| reader.storable(start, n_unstorable));
        Ok(own)
    }

    /// The number that comes with the event. What is no number, or no finite one, is none.
    fn number(&self) -> Option<f64> {
        let number = |value: &Value<'_>| match value {
            Value::Number(number) => number.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        number(&self.value).or_else(|| number(&self.revenue))
    }
}

impl<'a> Draft<'a> {
    fn read(reader: &mut Reader<'a>, arrival: &Arrival<'_>) -> Result<Draft<'a>, Error> {
        let mut draft = Draft::default();
        let is_object = reader.peek() == Some(b'{');
        let start = reader.at();
        if is_object {
            reader.object(|reader, name| {
                match name {
                    "type" => draft.kind = reader.value()?,
                    "messageId" => draft.message_id = reader.value()?,
                    "userId" => draft.user = reader.value()?,
                    "anonymousId" => draft.anonymous = reader.value()?,
                    "event" => draft.event = reader.value()?,
                    "timestamp" => draft.timestamp = reader.value()?,
                    "properties" => draft.properties = Properties::read(reader, arrival)?,
                    "context" => draft.context = Context::read(reader)?,
                    "traits" => draft.traits = reader.value()?,
                    "groupId" => draft.group = reader.value()?,
                    "previousId" => draft.previous = reader.value()?,
                    "name" => draft.name = reader.value()?,
                    "category" => draft.category = reader.value()?,
                    "originalTimestamp" => draft.original_timestamp = reader.value()?,
                    "sentAt" => draft.sent_at = reader.value()?,
                    "writeKey" => draft.write_key = reader.value()?,
                    _ => reader.skip()?,
                }
                Ok(())
            })?;
        } else {
            reader.skip()?;
            draft.refusal = Some("the call is not an object".to_owned());
        }
        draft.raw = reader.since(start);
        if draft.raw.len() > LARGEST_CALL {
            draft.refusal =
                Some(format!("the call has {} bytes, and at most {LARGEST_CALL} are taken", draft.raw.len()));
        }
        Ok(draft)
    }

    /// The call, or why it cannot be taken.
    fn call(mut self, shared: &Shared<'a>, arrival: &Arrival<'_>, place: usize) -> Result<Call<'a>, String> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        let endpoint = match (arrival.endpoint, &self.kind) {
            (Endpoint::Batch, Value::Text(kind)) => Endpoint::of_type(kind).ok_or_else(|| {
                format!(
                    "type {:?} is none of track, identify, group, page, screen and alias",
                    shortened(kind)
                )
            })?,
            (Endpoint::Batch, _) => {
                return Err("the call has no type; a batch needs one, as in \"type\": \"track\"".to_owned());
            }
            (single, _) => single,
        };
        let own_user = id("userId", take(&mut self.user))?;
        let anonymous = id("anonymousId", take(&mut self.anonymous))?;
        let stamp = self.stamp(shared, arrival, place)?;
        if endpoint == Endpoint::Alias {
            let previous = id("previousId", self.previous)?.or(anonymous);
            return match (own_user, previous) {
                (Some(user), Some(previous)) => Ok(Call::Alias(Alias { stamp, user, previous })),
                (None, _) => Err("the alias call has no userId".to_owned()),
                (_, None) => Err("the alias call has no previousId".to_owned()),
            };
        }
        if own_user.is_none() && anonymous.is_none() {
            return Err("the call has neither userId nor anonymousId".to_owned());
        }
        let context_group = match id("context.groupId", take(&mut self.context.group))? {
            Some(group) => Some(group),
            None => id("context.groupId", shared.context.group.clone())?,
        };
        let user = own_user.clone().or_else(|| anonymous.clone()).expect("one of them is there");
        match endpoint {
            Endpoint::Identify => {
                let shared = shared.context.traits.clone();
                let traits = traits::merged([self.traits, self.context.traits, shared])?;
                Ok(Call::Identify(Identify {
                    stamp,
                    user: own_user,
                    anonymous,
                    group: context_group,
                    traits,
                }))
            }
            Endpoint::Group => {
                let Some(group) = id("groupId", self.group)? else {
                    return Err("the group call has no groupId".to_owned());
                };
                Ok(Call::Group(Group { stamp, user, group, traits: traits::merged([self.traits])? }))
            }
            Endpoint::Track | Endpoint::Page | Endpoint::Screen | Endpoint::Alias | Endpoint::Batch => {
                let event = self.event_name(endpoint)?;
                if self.properties.is_wrong {
                    return Err("properties is not an object".to_owned());
                }
                let value = self.properties.number();
                let Properties { text, account, product, .. } = self.properties;
                Ok(Call::Event(Event {
                    stamp,
                    event,
                    user,
                    group: context_group,
                    property: id("the property that names the account", account)?,
                    product: id("properties.product", product).unwrap_or_default(),
                    value,
                    attributes: text,
                }))
            }
        }
    }

    fn stamp(
        &mut self,
        shared: &Shared<'a>,
        arrival: &Arrival<'_>,
        place: usize,
    ) -> Result<Stamp<'a>, String> {
        let original = match clock::instant("timestamp", &self.timestamp)? {
            None => clock::instant("originalTimestamp", &self.original_timestamp)?,
            original => original,
        };
        let sent = match clock::instant("sentAt", &self.sent_at)? {
            None => clock::instant("sentAt", &shared.sent_at)?,
            sent => sent,
        };
        let Times { at, original_at, sent_at } = Times::corrected(arrival.received_at, original, sent)?;
        let message_id = id("messageId", take(&mut self.message_id))?.unwrap_or_else(|| {
            let made = xxh3_128_with_seed(&arrival.nonce.to_le_bytes(), place as u64);
            Cow::Owned(format!("dearly-{made:032x}"))
        });
        Ok(Stamp { message_id, at, original_at, sent_at })
    }

    /// The name of the event; pages and screens have Segment's.
    fn event_name(&mut self, endpoint: Endpoint) -> Result<Cow<'a, str>, String> {
        let noun = match endpoint {
            Endpoint::Page => "Page",
            Endpoint::Screen => "Screen",
            _ => {
                let event = id("event", take(&mut self.event))?;
                return event.ok_or_else(|| "the track call has no event, its name".to_owned());
            }
        };
        let category = id("category", take(&mut self.category))?;
        let name = id("name", take(&mut self.name))?;
        Ok(Cow::Owned(match (category, name) {
            (None, None) => format!("Loaded a {noun}"),
            (Some(only), None) | (None, Some(only)) => format!("Viewed {only} {noun}"),
            (Some(category), Some(name)) => format!("Viewed {category} {name} {noun}"),
        }))
    }
}

/// A name or an id: a text, or a number as it was written. An empty one is none.
fn id<'a>(name: &str, value: Value<'a>) -> Result<Option<Cow<'a, str>>, String> {
    let text = match value {
        Value::Null => return Ok(None),
        // As the cells of an import are, so that both mean the same.
        Value::Text(Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
        Value::Text(Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
        Value::Number(number) => Cow::Borrowed(number),
        _ => return Err(format!("{name} is neither a text nor a number")),
    };
    if text.len() > LONGEST_NAME {
        let (start, n_bytes) = (shortened(&text), text.len());
        return Err(format!("{name} {start:?} has {n_bytes} bytes, and at most {LONGEST_NAME} are kept"));
    }
    Ok((!text.is_empty()).then_some(text))
}
