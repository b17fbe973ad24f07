use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug, Default)]
struct Known {
    memberships: BTreeMap<String, Vec<Membership>>,
    aliases: BTreeMap<String, Vec<SameUser>>,
}

impl Users for Known {
    fn memberships(&self, user: &str) -> &[Membership] {
        self.memberships.get(user).map_or(&[], Vec::as_slice)
    }
    fn aliases(&self, id: &str) -> &[SameUser] {
        self.aliases.get(id).map_or(&[], Vec::as_slice)
    }
}

fn instant(at: i64) -> Instant {
    Instant::from_micros(at)
}

impl Known {
    /// From lines like `10 u in acme` and `20 a is u`.
    fn read(lines: &[&str]) -> Known {
        let mut known = Known::default();
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let at = instant(words[0].parse().unwrap());
            known.add(at, words[1], words[2] == "in", words[3]);
        }
        known
    }

    fn add(&mut self, at: Instant, id: &str, is_membership: bool, other: &str) {
        if is_membership {
            let own = self.memberships.entry(id.to_owned()).or_default();
            own.push(Membership { at, account: other.into() });
            own.sort();
        } else {
            let own = self.aliases.entry(id.to_owned()).or_default();
            own.push(SameUser { at, user: other.to_owned() });
            own.sort();
        }
    }

    /// Without what happened after the instant.
    fn until(&self, end: Instant) -> Known {
        let mut known = self.clone();
        known.memberships.values_mut().for_each(|own| own.retain(|own| own.at <= end));
        known.aliases.values_mut().for_each(|own| own.retain(|own| own.at <= end));
        known
    }
}

/// As in `acme by membership from 20, user u`.
fn show(attributed: &Attributed) -> String {
    let user = attributed.user.as_deref().unwrap_or("none");
    match &attributed.account {
        None => format!("none, user {user}"),
        Some((account, by, None)) => format!("{account} by {by}, user {user}"),
        Some((account, by, Some(from))) => format!("{account} by {by} from {}, user {user}", from.micros()),
    }
}

#[test]
fn an_event_has_one_account() {
    for (known, group, property, user, expected) in [
        (&[][..], Some("acme"), Some("globex"), Some("u"), "acme by group, user u"),
        (&["1 u in hooli"], None, Some("globex"), Some("u"), "globex by property, user u"),
        (&["1 u in hooli"], None, None, None, "none, user none"),
        (&[], None, None, Some("u"), "none, user u"),
        (&["5 v in acme"], None, None, Some("u"), "none, user u"),
        // The event is of 10. The latest membership by then counts, also one of the same instant.
        (&["5 u in acme"], None, None, Some("u"), "acme by membership, user u"),
        (&["10 u in acme"], None, None, Some("u"), "acme by membership, user u"),
        (
            &["5 u in acme", "7 u in globex", "12 u in hooli"],
            None,
            None,
            Some("u"),
            "globex by membership, user u",
        ),
        // Of later ones the first, from then on.
        (&["30 u in globex", "20 u in acme"], None, None, Some("u"), "acme by membership from 20, user u"),
        (&["20 u in acme", "20 u in globex"], None, None, Some("u"), "globex by membership from 20, user u"),
        // An id that was another's by then.
        (&["5 a is u"], Some("acme"), None, Some("a"), "acme by group, user u"),
        (&["5 a is u", "6 u in acme"], None, None, Some("a"), "acme by membership, user u"),
        (&["5 a is u", "20 u in acme"], None, None, Some("a"), "acme by membership from 20, user u"),
        // One that turned out so later.
        (&["20 a is u"], Some("acme"), None, Some("a"), "acme by group, user a"),
        (&["20 a is u", "5 u in acme"], None, None, Some("a"), "acme by membership from 20, user u"),
        (&["20 a is u", "15 u in acme"], None, None, Some("a"), "acme by membership from 20, user u"),
        (&["20 a is u", "25 u in acme"], None, None, Some("a"), "acme by membership from 25, user u"),
        (&["20 a is u"], None, None, Some("a"), "none, user a"),
        // It had an account by then, and stays with it.
        (&["5 a in acme", "20 a is u", "5 u in globex"], None, None, Some("a"), "acme by membership, user a"),
        (
            &["15 a in acme", "20 a is u", "5 u in globex"],
            None,
            None,
            Some("a"),
            "acme by membership from 15, user a",
        ),
        (
            &["30 a in acme", "20 a is u", "5 u in globex"],
            None,
            None,
            Some("a"),
            "globex by membership from 20, user u",
        ),
        // One by one, and in a circle.
        (
            &["20 a is b", "30 b is c", "1 c in acme"],
            None,
            None,
            Some("a"),
            "acme by membership from 30, user c",
        ),
        (&["5 a is b", "5 b is a"], None, None, Some("a"), "none, user a"),
    ] {
        let known = Known::read(known);
        let said = Said { at: instant(10), group, property, user };
        assert_eq!(show(&attribute(said, &known)), expected, "{known:?}");
    }
}

proptest! {
    #[test]
    fn nothing_looks_ahead(
        facts in prop::collection::vec((0i64..40, 0..4usize, any::<bool>(), 0..4usize), 0..12),
        at in 0i64..40,
        later in 0i64..40,
        user in 0..4usize,
        named in prop::option::of(0..2usize),
    ) {
        const IDS: [&str; 4] = ["a", "b", "c", "d"];
        const ACCOUNTS: [&str; 4] = ["acme", "globex", "hooli", "initech"];
        let mut known = Known::default();
        for (at, id, is_membership, other) in facts {
            known.add(instant(at), IDS[id], is_membership, if is_membership { ACCOUNTS[other] } else { IDS[other] });
        }
        let said = Said { at: instant(at), group: named.map(|place| ACCOUNTS[place]), property: None, user: Some(IDS[user]) };
        let seen_from = instant(at + later);
        let all = attribute(said, &known);
        let then = attribute(said, &known.until(seen_from));
        let is_visible = |own: &Attributed| own.account.as_ref().is_some_and(|(_, _, from)| from.is_none_or(|from| from <= seen_from));
        // What is not known at the instant is nobody's at it; what is, is as it was.
        if is_visible(&all) || is_visible(&then) {
            prop_assert_eq!(all, then);
        }
    }
}
