//! What is known of users, for attribution.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dearly_domain::membership::{Membership, SameUser, Users};
use dearly_domain::{AccountId, Instant};
use dearly_store::{Alias, Link, View};

use crate::error::Result;

/// How many ids of one user are followed, one to the next.
pub(super) const LONGEST_CHAIN: usize = 8;

/// What is known of some users, and of those that they turned out to be.
#[derive(Debug, Default)]
pub(super) struct Learned {
    memberships: HashMap<String, Vec<Membership>>,
    aliases: HashMap<String, Vec<SameUser>>,
}

impl Learned {
    /// Everything that is known of these users.
    pub(super) async fn of(view: &mut View, users: &BTreeSet<String>) -> Result<Learned> {
        let mut learned = Learned::default();
        let mut all: BTreeSet<String> = users.clone();
        let mut open: BTreeSet<String> = users.clone();
        for _ in 0..LONGEST_CHAIN {
            if open.is_empty() {
                break;
            }
            let keys: Vec<&str> = open.iter().map(String::as_str).collect();
            let mut next = BTreeSet::new();
            for (previous, aliases) in view.aliases(&keys).await? {
                let same = aliases.into_iter().map(|alias| SameUser { at: alias.at, user: alias.user });
                let mut same: Vec<SameUser> = same.collect();
                same.sort();
                next.extend(same.iter().map(|own| own.user.clone()));
                learned.aliases.insert(previous, same);
            }
            next.retain(|user| all.insert(user.clone()));
            open = next;
        }
        let keys: Vec<&str> = all.iter().map(String::as_str).collect();
        for (user, links) in view.memberships(&keys).await? {
            let own = links.into_iter().map(|link| Membership { at: link.at, account: link.account });
            learned.memberships.insert(user, own.collect());
        }
        Ok(learned)
    }

    /// Every account to which one of the users ever belonged.
    pub(super) fn accounts(&self) -> BTreeSet<AccountId> {
        self.memberships.values().flatten().map(|own| own.account.clone()).collect()
    }

    /// The account to which the user belongs last.
    pub(super) fn account_of(&self, user: &str) -> Option<&str> {
        self.memberships(user).last().map(|own| own.account.as_str())
    }
}

impl Users for Learned {
    fn memberships(&self, user: &str) -> &[Membership] {
        self.memberships.get(user).map_or(&[], Vec::as_slice)
    }

    fn aliases(&self, id: &str) -> &[SameUser] {
        self.aliases.get(id).map_or(&[], Vec::as_slice)
    }
}

/// Links that users take along from ids that turned out to be theirs, where `links` are new and `aliases` are known. What is
/// said of an id that is known for a user's is said of the user; and who belonged nowhere by then belongs where the id did,
/// from when it turned out on.
pub(super) async fn taken_along(view: &mut View, links: &[Link], aliases: &[Alias]) -> Result<Vec<Link>> {
    let mut ids: BTreeSet<String> = links.iter().map(|link| link.user.clone()).collect();
    ids.extend(aliases.iter().map(|alias| alias.previous.clone()));
    let mut taken: BTreeSet<Link> = BTreeSet::new();
    for _ in 0..LONGEST_CHAIN {
        let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
        let aliases = view.aliases(&keys).await?;
        if aliases.is_empty() {
            break;
        }
        let users = aliases.values().flatten().map(|alias| alias.user.as_str());
        let keys: BTreeSet<&str> = aliases.keys().map(String::as_str).chain(users).collect();
        let mut known = view.memberships(&Vec::from_iter(keys)).await?;
        for link in links.iter().chain(&taken) {
            known.entry(link.user.clone()).or_default().push(link.clone());
        }
        known.values_mut().for_each(|links| links.sort());
        let more = from_former_ids(&aliases, &known);
        ids = more.iter().filter(|link| !taken.contains(link)).map(|link| link.user.clone()).collect();
        taken.extend(more);
        if ids.is_empty() {
            break;
        }
    }
    Ok(taken.into_iter().collect())
}

fn from_former_ids(
    aliases: &BTreeMap<String, Vec<Alias>>,
    known: &BTreeMap<String, Vec<Link>>,
) -> BTreeSet<Link> {
    let of = |id: &str| known.get(id).map_or(&[][..], Vec::as_slice);
    let mut taken = BTreeSet::new();
    for (previous, aliases) in aliases {
        for (place, alias) in aliases.iter().enumerate() {
            let user = |link: &Link| Link {
                user: alias.user.clone(),
                at: link.at.max(alias.at),
                recorded_at: link.recorded_at.max(alias.recorded_at),
                ..link.clone()
            };
            // The next user of the same browser.
            let next = aliases[place + 1..].iter().map(|own| own.at).find(|at| *at > alias.at);
            let own = of(previous);
            let (before, since) = own.split_at(own.partition_point(|link| link.at < alias.at));
            let until = since.partition_point(|link| next.is_none_or(|next| link.at < next));
            taken.extend(since[..until].iter().map(user));
            if of(&alias.user).iter().all(|link| link.at > alias.at) {
                taken.extend(before.last().map(user));
            }
        }
    }
    taken
}

/// What new links change of those that are kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) added: Vec<Link>,
    pub(super) removed: Vec<Link>,
    /// The users of whom some event may belong elsewhere than before.
    pub(super) users: BTreeSet<String>,
}

/// Of the calls of a user that name one account, with none of another between them, the first and the last are kept:
/// clients send such a call with every page. The last tells where the user is, should one of another account that was made
/// before it come after it.
pub(super) fn change(known: &BTreeMap<String, Vec<Link>>, new: Vec<Link>) -> Change {
    let mut by_user: BTreeMap<String, Vec<Link>> = BTreeMap::new();
    for link in new {
        by_user.entry(link.user.clone()).or_default().push(link);
    }
    let mut change = Change::default();
    for (user, new) in by_user {
        let known = known.get(&user).map_or(&[][..], Vec::as_slice);
        // One that is known already goes before: the sort keeps their order.
        let mut all: Vec<&Link> = known.iter().chain(&new).collect();
        all.sort_by_key(|link| place(link));
        all.dedup_by_key(|link| place(link));
        let kept: Vec<&Link> = stretches(&all).flat_map(ends).copied().collect();
        change.added.extend(kept.iter().filter(|link| !known.contains(link)).map(|link| (*link).clone()));
        change.removed.extend(known.iter().filter(|link| !kept.contains(link)).cloned());
        let known: Vec<&Link> = known.iter().collect();
        // Where the stretches begin decides of every event.
        if !stretches(&kept).map(|own| place(own[0])).eq(stretches(&known).map(|own| place(own[0]))) {
            change.users.insert(user);
        }
    }
    change
}

/// Where a link is among those of its user.
fn place(link: &Link) -> (Instant, &AccountId) {
    (link.at, &link.account)
}

/// Links that follow one another and name one account.
fn stretches<'s, 'l>(links: &'s [&'l Link]) -> impl Iterator<Item = &'s [&'l Link]> {
    links.chunk_by(|one, next| one.account == next.account)
}

/// The first and the last, or the only one.
fn ends<'s, 'l>(links: &'s [&'l Link]) -> impl Iterator<Item = &'s &'l Link> {
    let last = links.last().filter(|_| links.len() > 1);
    links.first().into_iter().chain(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(text: &str) -> Link {
        let words: Vec<&str> = text.split(' ').collect();
        Link {
            user: words[1].to_owned(),
            at: Instant::from_micros(words[0].parse().unwrap()),
            account: words[2].into(),
            recorded_at: Instant::from_micros(100),
        }
    }

    fn by_user(links: impl IntoIterator<Item = Link>) -> BTreeMap<String, Vec<Link>> {
        let mut by_user: BTreeMap<String, Vec<Link>> = BTreeMap::new();
        for link in links {
            by_user.entry(link.user.clone()).or_default().push(link);
        }
        by_user.values_mut().for_each(|links| links.sort());
        by_user
    }

    #[test]
    fn first_and_last_calls_of_an_account_are_kept() {
        for (known, new, added, removed, users) in [
            (
                &[][..],
                &["1 u acme", "3 u acme", "2 u acme", "3 v acme"][..],
                &["1 u acme", "3 u acme", "3 v acme"][..],
                &[][..],
                &["u", "v"][..],
            ),
            (&["1 u acme"], &["2 u acme", "1 u acme"], &["2 u acme"], &[], &[]),
            (&["1 u acme", "2 u acme"], &["5 u acme"], &["5 u acme"], &["2 u acme"], &[]),
            (&["2 u acme"], &["1 u acme"], &["1 u acme"], &[], &["u"]),
            (&["1 u acme", "4 u acme"], &["2 u acme"], &[], &[], &[]),
            (&["1 u acme", "5 u acme"], &["3 u globex"], &["3 u globex"], &[], &["u"]),
            (&["1 u acme"], &["3 u acme", "2 u globex"], &["2 u globex", "3 u acme"], &[], &["u"]),
            (&["1 u acme", "5 u globex"], &["3 u acme", "6 u acme"], &["3 u acme", "6 u acme"], &[], &["u"]),
            // Of one instant the account last in byte order counts.
            (&["1 u acme"], &["1 u globex"], &["1 u globex"], &[], &["u"]),
        ] {
            let links = |texts: &[&str]| -> Vec<Link> { texts.iter().map(|text| link(text)).collect() };
            let expected = Change {
                added: links(added),
                removed: links(removed),
                users: users.iter().map(|user| (*user).to_owned()).collect(),
            };
            assert_eq!(change(&by_user(links(known)), links(new)), expected, "{known:?} {new:?}");
        }
    }

    proptest! {
        /// However late calls come, and in whatever order: of the last ones it is known where the user is, and nothing is
        /// kept that the calls did not say.
        #[test]
        fn the_latest_call_wins(
            calls in prop::collection::vec((0i64..30, 0..3usize), 1..20),
            flushes in prop::collection::vec(1..4usize, 20),
        ) {
            let link = |(at, account): (i64, usize)| link(&format!("{at} u {}", ["acme", "globex", "hooli"][account]));
            let calls: Vec<Link> = calls.into_iter().map(link).collect();
            let (mut kept, mut rest) = (BTreeSet::new(), &calls[..]);
            for n_calls in flushes {
                let (new, later) = rest.split_at(n_calls.min(rest.len()));
                let change = change(&by_user(kept.iter().cloned()), new.to_vec());
                change.removed.iter().for_each(|link| assert!(kept.remove(link)));
                kept.extend(change.added);
                rest = later;
                let made: BTreeSet<&Link> = calls[..calls.len() - rest.len()].iter().collect();
                prop_assert_eq!(kept.last(), made.last().copied());
                prop_assert_eq!(kept.first(), made.first().copied());
                prop_assert!(kept.iter().all(|link| made.contains(link)));
            }
        }
    }
}
