//! A: use of the product, in breadth and depth.

use std::collections::{BTreeMap, BTreeSet};

use dearly_domain::{Day, Instant};
use dearly_health::score::Reading;
use dearly_workbook::model::{FeatureSet, Per, TrendAgainst, TrendOf, Workflow};

use super::visible::Event;
use super::{Naive, ratio, value};

const MICROS_PER_DAY: i64 = 24 * 3600 * 1_000_000;

impl<'a> Naive<'a> {
    /// Use is known from the first event with a user.
    pub(super) fn usage_is_present(&self) -> bool {
        self.events().iter().any(|event| event.user.is_some())
    }

    pub(super) fn events_name_products(&self) -> bool {
        self.events().iter().any(|event| event.product.is_some())
    }

    /// The events of the window, of the product if one is asked for.
    fn window(&self, within: i32, product: Option<&str>) -> Vec<Event<'a>> {
        let mut events = self.events();
        events.retain(|event| self.in_window(event.day, within));
        events.retain(|event| product.is_none() || event.product == product);
        events
    }

    /// The users with an event in the window.
    pub(super) fn users(&self, within: i32, product: Option<&str>) -> BTreeSet<&'a str> {
        self.window(within, product).iter().filter_map(|event| event.user).collect()
    }

    /// On which days of the window each active user was active.
    fn days_by_user(&self, within: i32, product: Option<&str>) -> BTreeMap<&'a str, BTreeSet<Day>> {
        let mut days: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
        for event in self.window(within, product) {
            if let Some(user) = event.user {
                days.entry(user).or_default().insert(event.day);
            }
        }
        days
    }

    /// A count of users over what it is to be divided by; `count` is of a product, or of the whole account.
    fn count_per(&self, per: Per, count: impl Fn(Option<&str>) -> usize) -> Reading {
        let denominators = match per {
            Per::One => None,
            Per::EntitledSeats => Some(self.entitled()),
            Per::ActivatedLicences => Some(self.activated()),
        };
        if per == Per::EntitledSeats && self.entitled().is_empty() {
            return Reading::NotApplicable("no seats bought");
        }
        if per == Per::ActivatedLicences && self.licences().is_empty() {
            return Reading::Missing("licences");
        }
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let Some(denominators) = denominators else {
            return value(count(None) as f64);
        };
        if self.events_name_products() {
            let users: usize = denominators.keys().map(|product| count(Some(product))).sum();
            ratio(users as f64, denominators.values().sum())
        } else {
            ratio(count(None) as f64, denominators.values().copied().fold(0.0, f64::max))
        }
    }

    pub(super) fn active_users(&self, within: i32, per: Per) -> Reading {
        self.count_per(per, |product| self.users(within, product).len())
    }

    pub(super) fn healthy_active_users(&self, days_at_least: i32, within: i32, per: Per) -> Reading {
        self.count_per(per, |product| {
            let days = self.days_by_user(within, product);
            days.values().filter(|days| days.len() as i32 >= days_at_least).count()
        })
    }

    /// Mean active days of an active user; nobody active is 0.
    pub(super) fn login_frequency(&self, within: i32) -> Reading {
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let days = self.days_by_user(within, None);
        if days.is_empty() {
            return value(0.0);
        }
        ratio(days.values().map(BTreeSet::len).sum::<usize>() as f64, days.len() as f64)
    }

    /// Mean of the days' active users over the window's; on working days, Monday to Friday, if asked.
    pub(super) fn stickiness(&self, within: i32, working_days: bool) -> Reading {
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let days: Vec<Day> = (0..within)
            .map(|back| self.d.plus_days(-back))
            .filter(|day| !working_days || day.weekday() <= 5)
            .collect();
        let active = self.users(within, None).len();
        if days.is_empty() || active == 0 {
            return Reading::NotApplicable("nothing to divide by");
        }
        let users_on = |day: &Day| {
            let events = self.events().into_iter().filter(|event| event.day == *day);
            events.filter_map(|event| event.user).collect::<BTreeSet<&str>>().len()
        };
        let daily: usize = days.iter().map(users_on).sum();
        value(daily as f64 / days.len() as f64 / active as f64)
    }

    fn features(&self, features: &FeatureSet) -> Vec<String> {
        match features {
            FeatureSet::Sticky => self.workbook.features.sticky.clone(),
            FeatureSet::Named(names) => names.clone(),
        }
    }

    /// Share of the active users who used any of the features.
    pub(super) fn feature_use(&self, features: &FeatureSet, within: i32) -> Reading {
        let features = self.features(features);
        if features.is_empty() {
            return Reading::NotApplicable("no features");
        }
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let window = self.window(within, None);
        let used: BTreeSet<&str> = window
            .iter()
            .filter(|event| features.iter().any(|feature| feature == event.event))
            .filter_map(|event| event.user)
            .collect();
        ratio(used.len() as f64, self.users(within, None).len() as f64)
    }

    /// Share of the features that enough of the active users use, each on enough days.
    pub(super) fn features_in_regular_use(
        &self,
        features: &FeatureSet,
        by_at_least: f64,
        days_at_least: i32,
        within: i32,
    ) -> Reading {
        let features = self.features(features);
        if features.is_empty() {
            return Reading::NotApplicable("no features");
        }
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let active = self.users(within, None);
        let regular = features.iter().filter(|feature| {
            let users = active.iter().filter(|user| {
                let window = self.window(within, None);
                let used =
                    window.iter().filter(|event| event.user == Some(**user) && event.event == **feature);
                used.map(|event| event.day).collect::<BTreeSet<Day>>().len() as i32 >= days_at_least
            });
            let users = users.count();
            users > 0 && users as f64 + 1e-9 >= by_at_least * active.len() as f64
        });
        ratio(regular.count() as f64, features.len() as f64)
    }

    /// Share of the features that at least so many users used.
    pub(super) fn features_used(&self, features: &FeatureSet, by_at_least: i64, within: i32) -> Reading {
        let features = self.features(features);
        if features.is_empty() {
            return Reading::NotApplicable("no features");
        }
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let used = features.iter().filter(|feature| {
            let window = self.window(within, None);
            let events = window.iter().filter(|event| event.event == **feature);
            events.filter_map(|event| event.user).collect::<BTreeSet<&str>>().len() as i64 >= by_at_least
        });
        ratio(used.count() as f64, features.len() as f64)
    }

    /// Completions of the workflows in the window over those expected of the active users.
    pub(super) fn workflow_completion(&self, workflows: &[String], within: i32) -> Reading {
        let asked = |workflow: &&Workflow| workflows.is_empty() || workflows.contains(&workflow.id);
        let asked: Vec<&Workflow> = self.workbook.features.workflows.iter().filter(asked).collect();
        if asked.is_empty() {
            return Reading::NotApplicable("no workflows");
        }
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let active = self.users(within, None).len() as f64;
        let mut completions = 0;
        let mut expected = 0.0;
        for workflow in asked {
            completions +=
                self.completions(workflow).into_iter().filter(|day| self.in_window(*day, within)).count();
            expected += active * workflow.expected_per_user * f64::from(within) / 28.0;
        }
        ratio(completions as f64, expected)
    }

    /// The days on which a user completed the workflow: its steps in order, within its time of the first.
    fn completions(&self, workflow: &Workflow) -> Vec<Day> {
        let events = self.events();
        let users: BTreeSet<&str> = events.iter().filter_map(|event| event.user).collect();
        let position = |event: &Event| workflow.steps.iter().position(|step| step == event.event);
        let mut completed = Vec::new();
        for user in users {
            let mut own: Vec<&Event> =
                events.iter().filter(|event| event.user == Some(user) && position(event).is_some()).collect();
            own.sort_by_key(|event| (event.at, position(event), event.event));
            // For each step, the latest start of a chain that has come as far as it.
            let mut chains: Vec<Option<Instant>> = vec![None; workflow.steps.len()];
            for event in own {
                for step in (0..workflow.steps.len()).rev() {
                    if workflow.steps[step] != event.event {
                        continue;
                    }
                    let start = if step == 0 { Some(event.at) } else { chains[step - 1] };
                    let longest = i64::from(workflow.within_days) * MICROS_PER_DAY;
                    let Some(start) = start.filter(|start| event.at.micros() - start.micros() <= longest)
                    else {
                        continue;
                    };
                    if step + 1 == workflow.steps.len() {
                        completed.push(event.day);
                        chains.fill(None);
                        break;
                    }
                    chains[step] = Some(start);
                }
            }
        }
        completed
    }

    /// The window over the one before, or over the one 52 weeks before, − 1: both of what is known as of the day.
    pub(super) fn usage_trend(&self, of: TrendOf, against: TrendAgainst, within: i32) -> Reading {
        if !self.usage_is_present() {
            return Reading::Missing("events");
        }
        let amount = |last: Day| {
            let window: Vec<Event> = self
                .events()
                .into_iter()
                .filter(|event| event.day <= last && last - event.day < within)
                .collect();
            match of {
                TrendOf::ActiveUsers => {
                    window.iter().filter_map(|event| event.user).collect::<BTreeSet<&str>>().len() as f64
                }
                TrendOf::Events => window.iter().map(|event| f64::from(event.count)).sum(),
            }
        };
        let back = match against {
            TrendAgainst::Previous => within,
            TrendAgainst::LastYear => 52 * 7,
        };
        match ratio(amount(self.d), amount(self.d.plus_days(-back))) {
            Reading::Present { value: ratio, .. } => value(ratio - 1.0),
            nothing => nothing,
        }
    }
}
