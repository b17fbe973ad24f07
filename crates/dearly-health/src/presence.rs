//! Use of the product, reduced once to the days on which each user did what; every window is then a sliding count.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use dearly_domain::{Calendar, Day};
use dearly_workbook::model::Workflow;

use crate::facts::{Usage, UsageRow};

/// Days of presence of one account, and answers for a fixed set of wanted days.
pub(crate) struct Presence<'a> {
    usage: &'a Usage,
    /// Wanted days, ascending.
    wanted: Vec<i32>,
    /// Sorted by user, then by time, then by event.
    rows: Vec<(UsageRow, i32)>,
    users: Vec<User>,
    /// The first day with any event.
    pub(crate) first_day: Option<Day>,
    /// The first day with an event that names a user.
    pub(crate) first_user_day: Option<Day>,
    /// The first day with an event that names a product.
    pub(crate) first_product_day: Option<Day>,
    answers: RefCell<HashMap<Query, Rc<[u32]>>>,
}

/// The distinct days of one user.
pub(crate) struct User {
    /// Its place in the dictionary.
    pub(crate) id: u32,
    /// Days with any event.
    pub(crate) days: Vec<i32>,
    by_event: Vec<(u32, Vec<i32>)>,
    by_product: Vec<(u32, Vec<i32>)>,
}

impl User {
    /// The days with an event of the scope.
    fn days_of(&self, scope: &Scope) -> Vec<&[i32]> {
        let among = |lists: &'_ [(u32, Vec<i32>)], id: u32| lists.iter().position(|(other, _)| *other == id);
        match scope {
            Scope::Any => vec![&self.days],
            Scope::Event(event) => {
                among(&self.by_event, *event).map(|at| &self.by_event[at].1[..]).into_iter().collect()
            }
            Scope::Product(product) => {
                among(&self.by_product, *product).map(|at| &self.by_product[at].1[..]).into_iter().collect()
            }
            Scope::Events(events) => {
                let known = |event: &u32| among(&self.by_event, *event);
                events.iter().filter_map(known).map(|at| &self.by_event[at].1[..]).collect()
            }
        }
    }

    /// On how many distinct days up to `day`, `within` days of it, the user did something of the scope.
    pub(crate) fn days_within(&self, scope: &Scope, day: Day, within: i32) -> u32 {
        let mut days: Vec<i32> = self
            .days_of(scope)
            .into_iter()
            .flat_map(|days| {
                let from = days.partition_point(|other| *other <= day.days() - within);
                let to = days.partition_point(|other| *other <= day.days());
                days[from..to].iter().copied()
            })
            .collect();
        days.sort_unstable();
        days.dedup();
        days.len() as u32
    }
}

/// Which events count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// Any.
    Any,
    /// One event.
    Event(u32),
    /// Any of these events.
    Events(Vec<u32>),
    /// Events that name the product.
    Product(u32),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Query {
    /// Users with at least so many distinct days of the scope in the window that ends `back` days before the day.
    Users { scope: Scope, days_at_least: u32, within: i32, back: i32 },
    /// Σ over users of their distinct days in the window.
    UserDays { within: i32, working_days: bool },
    /// Σ of counts in the window that ends `back` days before the day.
    Events { within: i32, back: i32 },
    /// Completions of the workflow in the window.
    Completions { workflow: String, within: i32 },
}

impl<'a> Presence<'a> {
    /// `wanted` ascending.
    pub(crate) fn of(usage: &'a Usage, calendar: &Calendar, wanted: &[Day]) -> Presence<'a> {
        // Texts order what times do not, so that the order of rows and of dictionaries never matters.
        let mut rows: Vec<(UsageRow, i32)> =
            usage.rows.iter().map(|row| (*row, calendar.day_of(row.at).days())).collect();
        rows.sort_unstable_by_key(|(row, _)| (row.user, row.at, row.event, row.product, row.count));
        let first = |counts: fn(&UsageRow) -> bool| {
            rows.iter().filter(|(row, _)| counts(row)).map(|(_, day)| *day).min().map(Day::from_days)
        };
        let first_day = first(|_| true);
        let first_user_day = first(|row| row.user.is_some());
        let first_product_day = first(|row| row.product.is_some());
        let mut users: Vec<User> = Vec::new();
        for (row, day) in &rows {
            let Some(id) = row.user else { continue };
            if users.last().is_none_or(|user| user.id != id) {
                users.push(User { id, days: Vec::new(), by_event: Vec::new(), by_product: Vec::new() });
            }
            let user = users.last_mut().expect("just pushed");
            push(&mut user.days, *day);
            push(list(&mut user.by_event, row.event), *day);
            if let Some(product) = row.product {
                push(list(&mut user.by_product, product), *day);
            }
        }
        Presence {
            usage,
            wanted: wanted.iter().map(|day| day.days()).collect(),
            rows,
            users,
            first_day,
            first_user_day,
            first_product_day,
            answers: RefCell::default(),
        }
    }

    /// Users with their days.
    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    /// The telemetry id of a user.
    pub(crate) fn user_name(&self, user: &User) -> &'a str {
        &self.usage.users[user.id as usize]
    }

    /// An event's place in the dictionary.
    pub(crate) fn event(&self, name: &str) -> Option<u32> {
        self.usage.events.iter().position(|other| other == name).map(|at| at as u32)
    }

    /// A product's place in the dictionary.
    pub(crate) fn product(&self, name: &str) -> Option<u32> {
        self.usage.products.iter().position(|other| other == name).map(|at| at as u32)
    }

    /// Users with at least `days_at_least` distinct days of the scope within the window of the wanted day at `index`.
    pub(crate) fn count_users(
        &self,
        index: usize,
        scope: Scope,
        days_at_least: i32,
        within: i32,
        back: i32,
    ) -> u32 {
        let days_at_least = days_at_least.max(1) as u32;
        self.answer(index, Query::Users { scope, days_at_least, within, back })
    }

    /// Σ over users of their distinct days within the window; Mondays to Fridays only, if asked.
    pub(crate) fn user_days(&self, index: usize, within: i32, working_days: bool) -> u32 {
        self.answer(index, Query::UserDays { within, working_days })
    }

    /// Σ of counts within the window that ends `back` days before the wanted day.
    pub(crate) fn count_events(&self, index: usize, within: i32, back: i32) -> u32 {
        self.answer(index, Query::Events { within, back })
    }

    /// Completions of the workflow within the window.
    pub(crate) fn completions(&self, index: usize, workflow: &Workflow, within: i32) -> u32 {
        let query = Query::Completions { workflow: workflow.id.clone(), within };
        if !self.answers.borrow().contains_key(&query) {
            let mut days: Vec<i32> = self.completion_days(workflow).into_iter().map(|(_, day)| day).collect();
            days.sort_unstable();
            let mut counts = vec![0; self.wanted.len()];
            each_window(&days, &self.wanted, within, 0, |at, days| {
                counts[at] = days.len() as u32;
            });
            self.answers.borrow_mut().insert(query.clone(), counts.into());
        }
        self.answers.borrow()[&query][index]
    }

    fn answer(&self, index: usize, query: Query) -> u32 {
        if let Some(counts) = self.answers.borrow().get(&query) {
            return counts[index];
        }
        let mut counts = vec![0u32; self.wanted.len()];
        match &query {
            Query::Users { scope, days_at_least, within, back } => {
                for user in &self.users {
                    let lists = user.days_of(scope);
                    let united;
                    let days: &[i32] = match lists[..] {
                        [] => continue,
                        [days] => days,
                        _ => {
                            united = unite(&lists);
                            &united
                        }
                    };
                    each_window(days, &self.wanted, *within, *back, |at, days| {
                        counts[at] += u32::from(days.len() as u32 >= *days_at_least);
                    });
                }
            }
            Query::UserDays { within, working_days } => {
                for user in &self.users {
                    let working: Vec<i32> = user
                        .days
                        .iter()
                        .copied()
                        .filter(|day| !working_days || Day::from_days(*day).weekday() <= 5)
                        .collect();
                    each_window(&working, &self.wanted, *within, 0, |at, days| {
                        counts[at] += days.len() as u32;
                    });
                }
            }
            Query::Events { within, back } => {
                let mut per_day: Vec<(i32, u32)> =
                    self.rows.iter().map(|(row, day)| (*day, row.count)).collect();
                per_day.sort_unstable();
                let days: Vec<i32> = per_day.iter().map(|(day, _)| *day).collect();
                let mut sums = vec![0u32; per_day.len() + 1];
                for (at, (_, count)) in per_day.iter().enumerate() {
                    sums[at + 1] = sums[at].saturating_add(*count);
                }
                for (at, wanted) in self.wanted.iter().enumerate() {
                    let end = wanted - back;
                    let from = days.partition_point(|day| *day <= end - within);
                    let to = days.partition_point(|day| *day <= end);
                    counts[at] = sums[to] - sums[from];
                }
            }
            Query::Completions { .. } => unreachable!("answered by `completions`"),
        }
        let counts: Rc<[u32]> = counts.into();
        let count = counts[index];
        self.answers.borrow_mut().insert(query, counts);
        count
    }

    /// The completions of the workflow, each with its user and day.
    ///
    /// For each step the latest start of a chain that has reached it is kept, so that a completion is found whenever
    /// one ends here within the workflow's time; it uses up the chains of its user.
    pub(crate) fn completion_days(&self, workflow: &Workflow) -> Vec<(u32, i32)> {
        let steps: Vec<Option<u32>> = workflow.steps.iter().map(|step| self.event(step)).collect();
        if steps.is_empty() || steps.iter().any(Option::is_none) {
            return Vec::new();
        }
        let step_of = |event: u32| steps.iter().position(|step| *step == Some(event));
        let within_micros = i64::from(workflow.within_days) * 86_400_000_000;
        let mut events: Vec<(u32, i64, usize, u32, i32)> = self
            .rows
            .iter()
            .filter_map(|(row, day)| Some((row.user?, row.at.micros(), step_of(row.event)?, row.event, *day)))
            .collect();
        // Steps of one instant count in the workflow's order: sources that know only the day give no other.
        events.sort_unstable();
        let mut completions = Vec::new();
        let mut chain: Vec<Option<i64>> = vec![None; steps.len()];
        let mut current = None;
        for (user, at, _, event, day) in events {
            if current != Some(user) {
                chain.fill(None);
                current = Some(user);
            }
            for step in (0..steps.len()).rev().filter(|step| steps[*step] == Some(event)) {
                let start = match step {
                    0 => Some(at),
                    _ => chain[step - 1].filter(|start| at - start <= within_micros),
                };
                let Some(start) = start else { continue };
                chain[step] = Some(chain[step].map_or(start, |other| other.max(start)));
                if step + 1 == steps.len() {
                    completions.push((user, day));
                    chain.fill(None);
                    break;
                }
            }
        }
        completions
    }
}

fn push(days: &mut Vec<i32>, day: i32) {
    if days.last() != Some(&day) {
        days.push(day);
    }
}

fn list(lists: &mut Vec<(u32, Vec<i32>)>, id: u32) -> &mut Vec<i32> {
    let at = lists.iter().position(|(other, _)| *other == id).unwrap_or_else(|| {
        lists.push((id, Vec::new()));
        lists.len() - 1
    });
    &mut lists[at].1
}

fn unite(lists: &[&[i32]]) -> Vec<i32> {
    let mut days: Vec<i32> = lists.concat();
    days.sort_unstable();
    days.dedup();
    days
}

/// Calls `f` with each wanted day's place and the days of its window, by two pointers that only move forward.
fn each_window(days: &[i32], wanted: &[i32], within: i32, back: i32, mut f: impl FnMut(usize, &[i32])) {
    let (mut from, mut to) = (0, 0);
    for (at, day) in wanted.iter().enumerate() {
        let end = day - back;
        while to < days.len() && days[to] <= end {
            to += 1;
        }
        while from < to && days[from] <= end - within {
            from += 1;
        }
        f(at, &days[from..to]);
    }
}
