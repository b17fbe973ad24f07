//! What is known of users, for attribution.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dearly_domain::AccountId;
use dearly_domain::membership::{Membership, SameUser, Users};
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

/// Of new links those that say something: one to the account to which the user belongs at its instant anyway says
/// nothing, and clients send such a call with every page.
pub(super) fn that_matter(known: &BTreeMap<String, Vec<Link>>, mut new: Vec<Link>) -> Vec<Link> {
    new.sort();
    let mut matter: Vec<Link> = Vec::new();
    for link in new {
        let of_user =
            |own: &&Link| own.user == link.user && (own.at, &own.account) <= (link.at, &link.account);
        let before_known = known.get(&link.user).into_iter().flatten().filter(of_user).max();
        // They come by user: one of the same user is the last.
        let before_new = matter.last().filter(of_user);
        let before = before_known.max(before_new);
        if before.is_none_or(|before| before.account != link.account) {
            matter.push(link);
        }
    }
    matter
}

#[cfg(test)]
mod tests {
    use dearly_domain::Instant;

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

    #[test]
    fn a_link_that_says_what_is_known_is_none() {
        for (known, new, matter) in [
            (&[][..], &["1 u acme", "2 u acme", "3 v acme"][..], &["1 u acme", "3 v acme"][..]),
            (&["1 u acme"], &["2 u acme", "1 u acme"], &[]),
            (&["2 u acme"], &["1 u acme"], &["1 u acme"]),
            (&["1 u acme"], &["3 u acme", "2 u globex"], &["2 u globex", "3 u acme"]),
            (&["1 u acme", "5 u globex"], &["3 u acme", "6 u acme"], &["6 u acme"]),
        ] {
            let mut by_user: BTreeMap<String, Vec<Link>> = BTreeMap::new();
            for own in known {
                by_user.entry(link(own).user).or_default().push(link(own));
            }
            let mut own = that_matter(&by_user, new.iter().map(|text| link(text)).collect());
            let mut expected: Vec<Link> = matter.iter().map(|text| link(text)).collect();
            own.sort();
            expected.sort();
            assert_eq!(own, expected, "{known:?} {new:?}");
        }
    }
}
