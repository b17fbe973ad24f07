//! E: key people, roles, reviews (rules.md 13).

use std::collections::{BTreeMap, BTreeSet};

use dearly_domain::Day;
use dearly_domain::person::Person;
use dearly_health::score::Reading;

use super::{Naive, ratio, value};

impl<'a> Naive<'a> {
    /// Days by key role for this account: an exception that fits adds to and replaces what stands before it.
    fn key_roles(&self) -> BTreeMap<&'a str, i32> {
        let tier = self.account().and_then(|account| account.tier);
        let stage = self.account().and_then(|account| account.stage.as_deref());
        let engagement = &self.workbook.engagement;
        let mut roles: BTreeMap<&str, i32> = BTreeMap::new();
        roles.extend(engagement.key_roles.iter().map(|(role, days)| (role.as_str(), *days)));
        for exception in &engagement.exceptions {
            let tier_fits = exception.tier.is_none() || exception.tier == tier;
            let stage_fits = exception.stage.is_none() || exception.stage.as_deref() == stage;
            if tier_fits && stage_fits {
                roles.extend(exception.key_roles.iter().map(|(role, days)| (role.as_str(), *days)));
            }
        }
        roles
    }

    /// Whether the person is there on the day.
    pub(super) fn is_there(&self, person: &Person) -> bool {
        person.since.is_none_or(|since| since <= self.d) && person.until.is_none_or(|until| until > self.d)
    }

    /// The people there who have a key role.
    pub(super) fn key_people(&self) -> Vec<&'a Person> {
        let roles = self.key_roles();
        let mut people = self.people();
        people.retain(|person| self.is_there(person));
        people.retain(|person| person.roles.iter().any(|role| roles.contains_key(role.as_str())));
        people
    }

    fn last_met(&self, person: &Person) -> Option<Day> {
        let activities = self.activities();
        let met = activities
            .iter()
            .filter(|activity| activity.is_meeting() && activity.people.contains(&person.external_id.0));
        met.map(|activity| self.day_of(activity.at)).max()
    }

    /// Several roles: the shortest SLA. The clock of somebody new starts at their `since`.
    fn met_within_sla(&self, person: &Person) -> bool {
        let roles = self.key_roles();
        let sla =
            person.roles.iter().filter_map(|role| roles.get(role.as_str())).min().expect("a key person");
        self.last_met(person).max(person.since).is_some_and(|clock| self.in_window(clock, *sla))
    }

    fn touchpoints_are_present(&self) -> bool {
        !self.people().is_empty() && !self.activities().is_empty()
    }

    pub(super) fn key_people_met(&self) -> Reading {
        if !self.touchpoints_are_present() {
            return Reading::Missing("people, activities");
        }
        let people = self.key_people();
        ratio(people.iter().filter(|person| self.met_within_sla(person)).count() as f64, people.len() as f64)
    }

    fn roles_met(&self, within: i32) -> BTreeSet<&'a str> {
        let roles = self.key_roles();
        self.key_people()
            .into_iter()
            .filter(|person| self.last_met(person).is_some_and(|met| self.in_window(met, within)))
            .flat_map(|person| person.roles.iter().map(String::as_str))
            .filter(|role| roles.contains_key(role))
            .collect()
    }

    pub(super) fn multithreading(&self, within: i32) -> Reading {
        if !self.touchpoints_are_present() {
            return Reading::Missing("people, activities");
        }
        value(self.roles_met(within).len() as f64)
    }

    pub(super) fn executive_met(&self, within: i32) -> bool {
        let executive = &self.workbook.engagement.executive_roles;
        self.roles_met(within).iter().any(|role| executive.iter().any(|candidate| candidate == role))
    }

    pub(super) fn days_since_activity(&self, types: &[String]) -> Reading {
        let activities = self.activities();
        let asked = activities.iter().filter(|activity| types.is_empty() || types.contains(&activity.kind));
        match asked.map(|activity| self.day_of(activity.at)).max() {
            Some(last) => value(f64::from(self.d - last)),
            None => Reading::Missing("activities"),
        }
    }

    /// Days since the last review over the tier's cadence. Never held counts from the account's start once it is older
    /// than the cadence, and then as at least twice the cadence.
    pub(super) fn business_review_held(&self) -> Reading {
        let tier = self.account().and_then(|account| account.tier);
        let cadence = tier.and_then(|tier| self.workbook.engagement.business_review_days.get(&tier));
        let Some(cadence) = cadence.map(|days| f64::from(*days)) else {
            return Reading::NotApplicable("no cadence");
        };
        if self.activities().is_empty() {
            return Reading::Missing("activities");
        }
        let activities = self.activities();
        let reviews = activities.iter().filter(|activity| activity.kind == "business_review");
        if let Some(last) = reviews.map(|activity| self.day_of(activity.at)).max() {
            return value(f64::from(self.d - last) / cadence);
        }
        let age = f64::from(self.age_days().unwrap_or(0));
        if age > cadence { value((age / cadence).max(2.0)) } else { Reading::NotApplicable("not due yet") }
    }

    pub(super) fn champions(&self) -> usize {
        self.people().iter().filter(|person| self.is_there(person) && person.has_role("champion")).count()
    }

    /// Days since the latest champion left: `until` passed, or the role is gone from a later version of the row.
    pub(super) fn champion_left_days(&self) -> Option<i32> {
        let ids: BTreeSet<&str> =
            self.facts.people.iter().map(|row| row.value.external_id.as_str()).collect();
        ids.into_iter().filter_map(|id| self.left_as_champion_on(id)).max().map(|left| self.d - left)
    }

    fn left_as_champion_on(&self, id: &str) -> Option<Day> {
        let mut versions: Vec<_> = self
            .facts
            .people
            .iter()
            .filter(|row| row.value.external_id.as_str() == id && row.from <= self.d)
            .collect();
        versions.sort_by_key(|row| row.from);
        let came = |person: &Person| person.since.is_none_or(|since| since <= self.d);
        let last_as_champion =
            versions.iter().rposition(|row| row.value.has_role("champion") && came(&row.value))?;
        let gone = versions[last_as_champion].value.until.filter(|until| *until <= self.d);
        let role_removed = versions[last_as_champion..].iter().find(|row| !row.value.has_role("champion"));
        gone.into_iter().chain(role_removed.map(|row| row.from)).min()
    }
}
