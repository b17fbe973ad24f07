//! An account's use of the product by week, feature and user.

use std::collections::{BTreeMap, HashMap, HashSet};

use dearly_domain::licence::Licence;
use dearly_domain::{Calendar, Day};
use dearly_health::facts::{AccountFacts, Usage, UsageRow};
use dearly_workbook::model::Workbook;

use crate::account::{account_on, seen};
use crate::accounts::term_end;
use crate::app::{App, When};
use crate::error::{Error, Result};
use crate::people::known_people;
use crate::view::{FeatureUsage, UsageView, UserUsage};

/// The window in which somebody counts as active.
pub(crate) const WINDOW_DAYS: i32 = 28;

/// On how many days of the window a regular user used a feature.
const REGULAR_DAYS: usize = 4;

/// The most features that are listed, beside sticky ones.
const MOST_FEATURES: usize = 1_000;

/// The most weeks of one request: ten years.
const MOST_WEEKS: usize = 520;

impl App {
    /// The account's use of the product in so many weeks (26 make a good half-year) that end with the day.
    pub async fn usage(&self, when: When, account: &str, weeks: usize) -> Result<UsageView> {
        if !(1..=MOST_WEEKS).contains(&weeks) {
            return Err(Error::Invalid(format!("weeks {weeks} is not between 1 and {MOST_WEEKS}")));
        }
        let one = self.one_account(when, account).await?;
        Ok(usage_of(&one.facts, one.workbook(), one.calendar(), one.day, weeks))
    }
}

/// The last licence snapshot of each product up to a day, as known on another.
pub(crate) fn last_licences(facts: &AccountFacts, known_on: Day, up_to: Day) -> BTreeMap<&str, &Licence> {
    let mut last: BTreeMap<&str, &Licence> = BTreeMap::new();
    for licence in seen(&facts.licences, known_on, |licence| licence.on).filter(|licence| licence.on <= up_to)
    {
        let newest = last.entry(licence.product.as_str()).or_insert(licence);
        if licence.on > newest.on {
            *newest = licence;
        }
    }
    last
}

/// Every user with every distinct day of theirs up to the day, by user, then by day.
pub(crate) fn user_days(usage: &Usage, calendar: &Calendar, day: Day) -> Vec<(u32, i32)> {
    let rows = usage.rows.iter().filter(|row| row.known_from(calendar) <= day);
    let days = rows.filter_map(|row| Some((row.user?, calendar.day_of(row.at).days())));
    let mut days: Vec<(u32, i32)> = days.collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn usage_of(
    facts: &AccountFacts,
    workbook: &Workbook,
    calendar: &Calendar,
    day: Day,
    n_weeks: usize,
) -> UsageView {
    let usage = &facts.usage;
    let weeks: Vec<Day> = (0..n_weeks as i32).rev().map(|week| day.plus_days(-7 * week)).collect();
    let rows: Vec<(UsageRow, i32)> = usage
        .rows
        .iter()
        .filter(|row| row.known_from(calendar) <= day)
        .map(|row| (row, calendar.day_of(row.at).days()))
        .collect();
    let days = user_days(usage, calendar, day);
    let (features, n_features) = features(usage, workbook, &rows, day, n_weeks);
    UsageView {
        account: facts.account.0.clone(),
        active_users: active_users(&days, &weeks),
        events: by_week(rows.iter().map(|(row, on)| (*on, row.count)), day, n_weeks),
        activated: weeks.iter().map(|end| activated(facts, *end)).collect(),
        entitled: weeks.iter().map(|end| entitled(facts, *end)).collect(),
        features,
        n_features,
        users: users(facts, &rows, &days, day, n_weeks),
        weeks,
    }
}

/// The place of the week that holds the day `on`, the last one ending with `day`.
fn week_of(on: i32, day: Day, n_weeks: usize) -> Option<usize> {
    let back = usize::try_from((day.days() - on) / 7).ok()?;
    n_weeks.checked_sub(back + 1)
}

fn by_week(counts: impl Iterator<Item = (i32, u32)>, day: Day, n_weeks: usize) -> Vec<i64> {
    let mut weeks = vec![0; n_weeks];
    for (on, count) in counts {
        if let Some(week) = week_of(on, day, n_weeks) {
            weeks[week] += i64::from(count);
        }
    }
    weeks
}

/// Users with an event in the window up to each week's end; `days` by user.
fn active_users(days: &[(u32, i32)], weeks: &[Day]) -> Vec<i64> {
    let mut counts = vec![0; weeks.len()];
    for user in days.chunk_by(|a, b| a.0 == b.0) {
        for (count, end) in counts.iter_mut().zip(weeks) {
            let before_end = user.partition_point(|(_, on)| *on <= end.days());
            let is_active = before_end > 0 && end.days() - user[before_end - 1].1 < WINDOW_DAYS;
            *count += i64::from(is_active);
        }
    }
    counts
}

/// Activated licences over all products, as known on the day; `None` before the first snapshot.
fn activated(facts: &AccountFacts, day: Day) -> Option<i64> {
    let counts = last_licences(facts, day, day).into_values().filter_map(Licence::in_use);
    counts.reduce(|a, b| a + b)
}

/// Entitled seats over all products: terms that cover the day with a quantity whose unit counts people.
fn entitled(facts: &AccountFacts, day: Day) -> f64 {
    let account = account_on(facts, day);
    seen(&facts.subscriptions, day, |term| term.starts_on)
        .filter(|term| term.is_seats() && term_end(term, account, day).is_none_or(|end| day < end))
        .filter_map(|term| term.quantity)
        .sum()
}

/// Features that were used in the weeks or the window, the most used of them, and sticky ones in any case; and how many
/// there are in all. A client that invents names must not fill the page: what is listed is chosen before it is worked out.
fn features(
    usage: &Usage,
    workbook: &Workbook,
    rows: &[(UsageRow, i32)],
    day: Day,
    n_weeks: usize,
) -> (Vec<FeatureUsage>, u64) {
    if rows.is_empty() {
        return (Vec::new(), 0);
    }
    let sticky: HashSet<&str> = workbook.features.sticky.iter().map(String::as_str).collect();
    // Events in the window and in the weeks, by feature.
    let mut counts = vec![(0i64, 0i64); usage.events.len()];
    for (row, on) in rows {
        let (in_window, in_weeks) = &mut counts[row.event as usize];
        let count = i64::from(row.count);
        *in_window += if day.days() - on < WINDOW_DAYS { count } else { 0 };
        *in_weeks += if week_of(*on, day, n_weeks).is_some() { count } else { 0 };
    }
    let mut used: Vec<usize> = (0..counts.len()).filter(|own| counts[*own] != (0, 0)).collect();
    let n_used = used.len();
    let is_before = |a: &usize, b: &usize| {
        counts[*b].cmp(&counts[*a]).then_with(|| usage.events[*a].cmp(&usage.events[*b]))
    };
    if n_used > MOST_FEATURES {
        used.select_nth_unstable_by(MOST_FEATURES, is_before);
        used.truncate(MOST_FEATURES);
    }
    used.sort_unstable_by(is_before);
    let known = |name: &str| (0..counts.len()).find(|own| usage.events[*own] == *name);
    let mut n_unused_sticky = 0;
    let mut listed: Vec<FeatureUsage> = Vec::new();
    let mut place_of: Vec<Option<u32>> = vec![None; counts.len()];
    let blank = |feature: &str| FeatureUsage {
        feature: feature.to_owned(),
        sticky: sticky.contains(feature),
        events: 0,
        users: 0,
        regular_users: 0,
        by_week: vec![0; n_weeks],
    };
    for own in used {
        place_of[own] = Some(listed.len() as u32);
        listed.push(FeatureUsage { events: counts[own].0, ..blank(&usage.events[own]) });
    }
    for name in &workbook.features.sticky {
        match known(name) {
            Some(own) if place_of[own].is_some() => continue,
            Some(own) => {
                n_unused_sticky += u64::from(counts[own] == (0, 0));
                place_of[own] = Some(listed.len() as u32);
                listed.push(FeatureUsage { events: counts[own].0, ..blank(name) });
            }
            None => {
                n_unused_sticky += 1;
                listed.push(blank(name));
            }
        }
    }
    let mut days: Vec<(u32, u32, i32)> = Vec::new();
    for (row, on) in rows {
        let Some(place) = place_of[row.event as usize] else { continue };
        if let Some(week) = week_of(*on, day, n_weeks) {
            listed[place as usize].by_week[week] += i64::from(row.count);
        }
        if day.days() - on < WINDOW_DAYS {
            days.extend(row.user.map(|user| (place, user, *on)));
        }
    }
    days.sort_unstable();
    days.dedup();
    for user in days.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let feature = &mut listed[user[0].0 as usize];
        feature.users += 1;
        feature.regular_users += i64::from(user.len() >= REGULAR_DAYS);
    }
    let most = |feature: &FeatureUsage| (feature.events, feature.by_week.iter().sum::<i64>());
    listed.sort_by(|a, b| most(b).cmp(&most(a)).then_with(|| a.feature.cmp(&b.feature)));
    (listed, n_used as u64 + n_unused_sticky)
}

/// Users who did anything in the weeks or the window; `days` by user.
fn users(
    facts: &AccountFacts,
    rows: &[(UsageRow, i32)],
    days: &[(u32, i32)],
    day: Day,
    n_weeks: usize,
) -> Vec<UserUsage> {
    let within = WINDOW_DAYS.max(7 * n_weeks as i32);
    let mut events: HashMap<u32, i64> = HashMap::new();
    for (row, _) in rows.iter().filter(|(_, on)| day.days() - on < WINDOW_DAYS) {
        if let Some(user) = row.user {
            *events.entry(user).or_default() += i64::from(row.count);
        }
    }
    let persons = Persons::of(facts, day);
    let mut users: Vec<UserUsage> = days
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|own| {
            let (user, last) = *own.last()?;
            let name = &facts.usage.users[user as usize];
            (day.days() - last < within).then(|| UserUsage {
                user: name.to_owned(),
                person: persons.named(name).map(str::to_owned),
                active_days: own.iter().filter(|(_, on)| day.days() - on < WINDOW_DAYS).count() as i64,
                events: events.get(&user).copied().unwrap_or(0),
                last_on: Day::from_days(last),
            })
        })
        .collect();
    users.sort_by(|a, b| {
        let most = |user: &UserUsage| (user.active_days, user.events, user.last_on);
        most(b).cmp(&most(a)).then_with(|| a.user.cmp(&b.user))
    });
    users
}

/// Who a telemetry user is: the person of that id, else of that e-mail.
struct Persons<'a> {
    by_id: BTreeMap<&'a str, &'a str>,
    by_email: HashMap<String, &'a str>,
}

impl<'a> Persons<'a> {
    fn of(facts: &'a AccountFacts, day: Day) -> Persons<'a> {
        let ids =
            known_people(facts, day).map(|person| (person.external_id.as_str(), person.external_id.as_str()));
        let mut by_email: HashMap<String, &str> = HashMap::new();
        for person in known_people(facts, day) {
            if let Some(email) = &person.email {
                // Of several people with one address the first by id, in whatever order they come.
                let id = person.external_id.as_str();
                by_email.entry(email.to_lowercase()).and_modify(|first| *first = id.min(first)).or_insert(id);
            }
        }
        Persons { by_id: ids.collect(), by_email }
    }

    fn named(&self, user: &str) -> Option<&'a str> {
        self.by_id.get(user).copied().or_else(|| self.by_email.get(&user.to_lowercase()).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{day, noun};

    fn facts() -> AccountFacts {
        let event = |user: Option<u32>, event: u32, at: &str, count: u32| UsageRow {
            at: at.parse().unwrap(),
            user,
            event,
            product: None,
            count,
            linked_at: None,
        };
        let mut rows = vec![
            event(Some(0), 0, "2025-03-31", 2),
            event(Some(0), 0, "2025-03-30", 1),
            event(Some(0), 0, "2025-03-29", 1),
            event(Some(0), 0, "2025-03-29T08:00:00Z", 1),
            event(Some(1), 1, "2025-03-24", 5),
            event(None, 1, "2025-03-25", 10),
            event(Some(2), 2, "2025-03-03", 1),
            event(Some(1), 0, "2025-04-01", 100),
        ];
        rows.push(event(Some(0), 0, "2025-03-10T23:59:59Z", 1));
        AccountFacts {
            account: "a".into(),
            people: vec![
                noun(&[("external_id", "p2"), ("email", "ANN@example.com")]),
                noun(&[("external_id", "p1"), ("email", "ann@example.com")]),
                noun(&[("external_id", "u2")]),
            ],
            subscriptions: vec![
                noun(&[
                    ("external_id", "s1"),
                    ("product", "core"),
                    ("starts_on", "2025-01-01"),
                    ("ends_on", "2025-03-25"),
                    ("arr", "100"),
                    ("quantity", "50"),
                ]),
                noun(&[
                    ("external_id", "s2"),
                    ("product", "core"),
                    ("starts_on", "2025-03-25"),
                    ("arr", "100"),
                    ("quantity", "60"),
                    ("unit", "seats"),
                ]),
                noun(&[
                    ("external_id", "s3"),
                    ("product", "storage"),
                    ("starts_on", "2025-01-01"),
                    ("arr", "100"),
                    ("quantity", "1000"),
                    ("unit", "gigabytes"),
                ]),
            ],
            licences: vec![
                noun(&[("product", "core"), ("on", "2025-03-20"), ("activated", "40")]),
                noun(&[("product", "core"), ("on", "2025-03-26"), ("activated", "45")]),
                noun(&[("product", "extra"), ("on", "2025-03-28"), ("assigned", "3")]),
            ],
            usage: Usage {
                users: vec!["Ann@Example.com", "u1", "u2"].into(),
                events: vec!["report", "export", "login"].into(),
                products: Default::default(),
                rows: rows.into(),
            },
            ..AccountFacts::default()
        }
    }

    #[test]
    fn weeks_end_with_the_day_and_nothing_later_counts() {
        let mut workbook = Workbook::default();
        workbook.features.sticky = vec!["report".to_owned(), "share".to_owned()];
        let view = usage_of(&facts(), &workbook, &Calendar::utc(), day("2025-03-31"), 3);
        let weeks: Vec<String> = view.weeks.iter().map(Day::to_string).collect();
        assert_eq!(weeks, ["2025-03-17", "2025-03-24", "2025-03-31"]);
        assert_eq!(view.active_users, [2, 3, 2]);
        assert_eq!(view.events, [0, 5, 15]);
        assert_eq!(view.activated, [None, Some(40), Some(48)]);
        assert_eq!(view.entitled, [50.0, 50.0, 60.0]);
        let features: Vec<String> = view
            .features
            .iter()
            .map(|own| {
                let (name, sticky, events) = (&own.feature, own.sticky, own.events);
                format!("{name} {sticky} {events} {} {} {:?}", own.users, own.regular_users, own.by_week)
            })
            .collect();
        assert_eq!(
            features,
            ["export false 15 1 0 [0, 5, 10]", "report true 6 1 1 [0, 0, 5]", "share true 0 0 0 [0, 0, 0]"]
        );
        let users: Vec<String> = view
            .users
            .iter()
            .map(|own| {
                format!("{} {:?} {} {} {}", own.user, own.person, own.active_days, own.events, own.last_on)
            })
            .collect();
        assert_eq!(users, ["Ann@Example.com Some(\"p1\") 4 6 2025-03-31", "u1 None 1 5 2025-03-24"]);
    }

    #[test]
    fn a_window_has_28_days() {
        let days = [(0, day("2025-03-04").days())];
        assert_eq!(active_users(&days, &[day("2025-03-31"), day("2025-04-01")]), [1, 0]);
    }

    #[test]
    fn without_telemetry_there_is_no_feature() {
        let mut facts = facts();
        facts.usage = Usage::default();
        let mut workbook = Workbook::default();
        workbook.features.sticky = vec!["report".to_owned()];
        let view = usage_of(&facts, &workbook, &Calendar::utc(), day("2025-03-31"), 1);
        assert!(view.features.is_empty() && view.users.is_empty());
    }

    #[test]
    fn of_many_features_the_most_used_and_the_sticky_ones_are_listed() {
        let n_names = 3 * MOST_FEATURES as u32;
        let row = |event: u32| UsageRow {
            at: "2025-03-31".parse().unwrap(),
            user: Some(0),
            event,
            product: None,
            count: event + 1,
            linked_at: None,
        };
        let mut facts = facts();
        facts.usage.users = vec!["u1"].into();
        facts.usage.events = (0..n_names).map(|name| format!("name {name}")).collect();
        facts.usage.rows = (0..n_names).map(row).collect();
        let mut workbook = Workbook::default();
        workbook.features.sticky = vec!["name 7".to_owned(), "never".to_owned(), "name 2999".to_owned()];
        let view = usage_of(&facts, &workbook, &Calendar::utc(), day("2025-03-31"), 4);
        assert_eq!((view.features.len(), view.n_features), (MOST_FEATURES + 2, u64::from(n_names) + 1));
        let names: Vec<&str> = view.features.iter().map(|own| own.feature.as_str()).collect();
        assert_eq!((names[0], names[MOST_FEATURES - 1]), ("name 2999", "name 2000"));
        assert_eq!(names[MOST_FEATURES..], ["name 7", "never"]);
        let seventh = &view.features[MOST_FEATURES];
        assert_eq!((seventh.events, seventh.users, &seventh.by_week[..]), (8, 1, &[0, 0, 0, 8][..]));
    }
}
