//! Which account a telemetry user belonged to, and under which ids.

use crate::attribution::Attribution;
use crate::id::AccountId;
use crate::time::Instant;

/// A user belongs to an account from an instant on, until another membership begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// From when on.
    pub at: Instant,
    /// The account.
    pub account: AccountId,
}

/// An id turned out to be another one's: from an instant on it is known under whose id its user goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SameUser {
    /// From when on that is known.
    pub at: Instant,
    /// The id from then on.
    pub user: String,
}

/// What is known of users.
pub trait Users {
    /// The memberships of the user, ascending.
    fn memberships(&self, user: &str) -> &[Membership];
    /// Whose id this one turned out to be, ascending; empty for nearly every id.
    fn aliases(&self, id: &str) -> &[SameUser];
}

/// What an event says of its account and its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// When it happened.
    pub at: Instant,
    /// The account that it names as its group.
    pub group: Option<&'a str>,
    /// The account that the property holds which the workbook names.
    pub property: Option<&'a str>,
    /// The id of its user.
    pub user: Option<&'a str>,
}

/// Whose event it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributed {
    /// The account, by what it is known, and from when on: `None` is from the event on.
    pub account: Option<(AccountId, Attribution, Option<Instant>)>,
    /// The id under which its user counts.
    pub user: Option<String>,
}

/// How many ids of one user are followed, one to the next.
const LONGEST_CHAIN: usize = 8;

/// Whose event it is: the account that it names as its group; else the one that its property holds; else the one that
/// its user belonged to when it happened, the latest membership deciding; else the first that its user belonged to
/// later, from then on.
///
/// A user may go by several ids. An id that was known to be another's when the event happened stands for the other. One
/// that turned out so later brings the other's accounts, from then on; where the event has an account by then, it stays
/// with it and with its id.
///
/// Nothing looks ahead: seen from any instant, the answer is the same whether later memberships and aliases are known
/// or not, where an account *from later on* counts as none before.
pub fn attribute(said: Said<'_>, users: &impl Users) -> Attributed {
    let Some(id) = said.user else {
        return Attributed { account: named(said), user: None };
    };
    let then = id_then(id, said.at, users);
    if let Some(account) = named(said) {
        return Attributed { account: Some(account), user: Some(then.to_owned()) };
    }
    // What the ids before it belonged to was theirs, as long as nobody knew whose they are.
    match by_membership(then, said.at, users, LONGEST_CHAIN) {
        None => Attributed { account: None, user: Some(then.to_owned()) },
        Some(found) => Attributed {
            account: Some((found.account.clone(), Attribution::Membership, found.from)),
            user: Some(if found.is_own { then } else { found.user }.to_owned()),
        },
    }
}

fn named(said: Said<'_>) -> Option<(AccountId, Attribution, Option<Instant>)> {
    let by = |account: Option<&str>, by| account.map(|account| (AccountId::from(account), by, None));
    by(said.group, Attribution::Group).or_else(|| by(said.property, Attribution::Property))
}

/// The id by which the user went when the event happened.
fn id_then<'a>(id: &'a str, at: Instant, users: &'a impl Users) -> &'a str {
    let mut id = id;
    for _ in 0..LONGEST_CHAIN {
        match in_force(users.aliases(id), at, |alias| alias.at) {
            Some((alias, None)) => id = &alias.user,
            _ => break,
        }
    }
    id
}

/// A membership that gives an event its account.
struct Found<'a> {
    account: &'a AccountId,
    /// From when on that is known, where it was not when the event happened.
    from: Option<Instant>,
    user: &'a str,
    /// Whether every id on the way to it was known when the event happened.
    is_own: bool,
}

fn by_membership<'a>(id: &'a str, at: Instant, users: &'a impl Users, chain: usize) -> Option<Found<'a>> {
    let own = in_force(users.memberships(id), at, |membership| membership.at);
    let own = own.map(|(own, from)| Found { account: &own.account, from, user: id, is_own: true });
    let other = in_force(users.aliases(id), at, |alias| alias.at).filter(|_| chain > 0);
    let other = other.and_then(|(alias, known)| {
        let found = by_membership(&alias.user, at, users, chain - 1)?;
        Some(Found { from: found.from.max(known), is_own: found.is_own && known.is_none(), ..found })
    });
    match (own, other) {
        // What was known first stays.
        (Some(own), Some(other)) => Some(if other.from < own.from { other } else { own }),
        (own, other) => own.or(other),
    }
}

/// The last that began by the instant, else the first that began later, with its beginning.
fn in_force<T>(
    ascending: &[T],
    at: Instant,
    begins: impl Fn(&T) -> Instant,
) -> Option<(&T, Option<Instant>)> {
    let n_begun = ascending.partition_point(|own| begins(own) <= at);
    if let Some(last) = n_begun.checked_sub(1) {
        return Some((&ascending[last], None));
    }
    let first = begins(ascending.first()?);
    let n_first = ascending.partition_point(|own| begins(own) <= first);
    Some((&ascending[n_first - 1], Some(first)))
}

#[cfg(test)]
mod tests;
