//! What calls say, once they are read.

use std::borrow::Cow;

use dearly_domain::Instant;

/// A call that can be taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Call<'a> {
    /// A user did something: `track`, `page` or `screen`.
    Event(Event<'a>),
    /// Who a user is.
    Identify(Identify<'a>),
    /// Which account a user belongs to.
    Group(Group<'a>),
    /// Two ids of one user.
    Alias(Alias<'a>),
}

/// What every call has: its id and its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// The id that deduplicates; made where the client sent none.
    pub message_id: Cow<'a, str>,
    /// When it happened: by the client's clock, corrected by what that clock said when it was sent.
    pub at: Instant,
    /// When it happened by the client's clock; `None` where the client did not say.
    pub original_at: Option<Instant>,
    /// When it was sent by the client's clock.
    pub sent_at: Option<Instant>,
}

/// Something that a user did.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// Its id and its times.
    pub stamp: Stamp<'a>,
    /// The name of the event; for a page or a screen as Segment names them, `Viewed Docs Pricing Page`.
    pub event: Cow<'a, str>,
    /// The user's id, else the id of the anonymous visitor.
    pub user: Cow<'a, str>,
    /// The account that the call itself names, `context.groupId`.
    pub group: Option<Cow<'a, str>>,
    /// The account that the property named by the workbook holds.
    pub property: Option<Cow<'a, str>>,
    /// The property `product`.
    pub product: Option<Cow<'a, str>>,
    /// The property `value`, else `revenue`.
    pub value: Option<f64>,
    /// All properties, a JSON object; `None` where there are none.
    pub attributes: Option<Cow<'a, str>>,
}

/// Who a user is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identify<'a> {
    /// Its id and its times.
    pub stamp: Stamp<'a>,
    /// The user's id; `None` only where the call has the other one.
    pub user: Option<Cow<'a, str>>,
    /// The id under which the same user is anonymous; with both, it is the same user from then on.
    pub anonymous: Option<Cow<'a, str>>,
    /// The account that the call itself names, `context.groupId`.
    pub group: Option<Cow<'a, str>>,
    /// What is said of the user, a JSON object: `traits` over `context.traits`. Personal data.
    pub traits: Option<Cow<'a, str>>,
}

/// Which account a user belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// Its id and its times.
    pub stamp: Stamp<'a>,
    /// The user's id, else the id of the anonymous visitor.
    pub user: Cow<'a, str>,
    /// The account.
    pub group: Cow<'a, str>,
    /// What is said of the account, a JSON object.
    pub traits: Option<Cow<'a, str>>,
}

/// Two ids of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias<'a> {
    /// Its id and its times.
    pub stamp: Stamp<'a>,
    /// The id from now on.
    pub user: Cow<'a, str>,
    /// The id until now.
    pub previous: Cow<'a, str>,
}

impl<'a> Call<'a> {
    /// Its id and its times.
    pub fn stamp(&self) -> &Stamp<'a> {
        match self {
            Call::Event(own) => &own.stamp,
            Call::Identify(own) => &own.stamp,
            Call::Group(own) => &own.stamp,
            Call::Alias(own) => &own.stamp,
        }
    }
}
