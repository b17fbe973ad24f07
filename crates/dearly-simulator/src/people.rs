//! People: who is there, who leaves, who follows.

use dearly_domain::person::Person;
use dearly_domain::{Attributes, Day, PersonId};

use crate::catalogue::Segment;
use crate::health::{A, E};
use crate::life::{Life, Recorded, Span, random_day};
use crate::random::Random;
use crate::texts::titles;
use crate::{names, world};

/// A person of the account.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) record: Person,
    /// The days within which a person of such roles should be met; empty where nobody watches.
    pub(crate) sla_days: Option<i32>,
    pub(crate) next_meeting_on: Day,
    pub(crate) next_survey_on: Day,
    /// The user that the person is in the product.
    pub(crate) user: Option<usize>,
}

impl Member {
    pub(crate) fn is_there(&self, day: Day) -> bool {
        self.record.since.is_none_or(|since| since <= day)
            && self.record.until.is_none_or(|until| day < until)
    }

    pub(crate) fn is_executive(&self) -> bool {
        self.record.has_role("executive_sponsor") || self.record.has_role("economic_buyer")
    }

    pub(crate) fn id(&self) -> &PersonId {
        &self.record.external_id
    }
}

fn sla_days(roles: &[String]) -> Option<i32> {
    roles
        .iter()
        .filter_map(|role| match role.as_str() {
            "champion" => Some(30),
            "admin" => Some(60),
            "executive_sponsor" | "economic_buyer" => Some(90),
            _ => None,
        })
        .min()
}

fn influence(roles: &[String], random: &mut Random) -> i64 {
    roles
        .iter()
        .map(|role| match role.as_str() {
            "executive_sponsor" | "economic_buyer" => 3,
            "champion" => i64::from(random.whole(2, 3)),
            "influencer" => 2,
            "admin" => 1,
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

impl Life<'_> {
    pub(crate) fn begin_people(&mut self) {
        let random = &mut self.random.people;
        let mut groups: Vec<Vec<&str>> = match self.profile.segment {
            Segment::Smb => match random.weighted(&[0.45, 0.30, 0.25]) {
                0 => vec![vec!["champion", "economic_buyer"], vec!["admin"]],
                1 => vec![vec!["champion", "admin"], vec!["economic_buyer"]],
                _ => vec![vec!["champion"], vec!["admin"], vec!["executive_sponsor", "economic_buyer"]],
            },
            Segment::MidMarket => vec![vec!["champion"], vec!["admin"], vec!["economic_buyer"]],
            Segment::Enterprise => {
                vec![
                    vec!["champion"],
                    vec!["admin"],
                    vec!["economic_buyer"],
                    vec!["executive_sponsor"],
                    vec!["influencer"],
                ]
            }
        };
        match self.profile.segment {
            Segment::MidMarket if random.chance(0.7) => groups.push(vec!["executive_sponsor"]),
            Segment::Enterprise if random.chance(0.35) => groups.push(vec!["champion"]),
            _ => {}
        }
        if random.chance(0.5) {
            groups.push(vec!["end_user"]);
        }
        for roles in groups {
            let since = self.profile.customer_since.plus_days(-self.random.people.whole(0, 20));
            self.arrive(since, roles.into_iter().map(str::to_owned).collect());
        }
    }

    fn arrive(&mut self, since: Day, roles: Vec<String>) {
        let first_day = self.first_day();
        let random = &mut self.random.people;
        let name = names::person(random);
        let title = *random.pick(titles(&roles[0]));
        let email = names::email(&name, &self.profile.domain);
        let influence = influence(&roles, random);
        let sla_days = sla_days(&roles);
        let from = since.max(first_day);
        let record = Person {
            external_id: PersonId(format!("P{}-{:02}", self.profile.number, self.members.len() + 1)),
            account: self.profile.id.clone(),
            // Two people of one company may share a name; their mails then differ by the number.
            email: Some(
                match self.members.iter().any(|member| member.record.email.as_deref() == Some(&email)) {
                    true => email.replace('@', &format!("{}@", self.members.len() + 1)),
                    false => email,
                },
            ),
            name: Some(name),
            title: Some(title.to_owned()),
            roles,
            influence: Some(influence),
            since: Some(since),
            until: None,
            attributes: Attributes::new(),
        };
        let next_meeting_on = from.plus_days(random.whole(1, sla_days.unwrap_or(90)));
        let next_survey_on = from.plus_days(random.whole(60, 230));
        self.out
            .people
            .push(Recorded { recorded_at: world::instant(since, 9 * 3600), record: record.clone() });
        self.members.push(Member { record, sla_days, next_meeting_on, next_survey_on, user: None });
        self.seat_member(self.members.len() - 1);
    }

    /// Departures, changes of role, and those who follow.
    pub(crate) fn change_people(&mut self, span: Span) {
        let due: Vec<(Day, Vec<String>)> =
            self.arrivals.extract_if(.., |arrival| arrival.0 < span.to).collect();
        for (day, roles) in due {
            self.arrive(day.max(span.from), roles);
        }
        for index in 0..self.members.len() {
            let (leaves, day) = (self.random.people.uniform(), span.any_day(&mut self.random.people));
            let member = &self.members[index];
            if !member.is_there(day) || member.record.since.is_some_and(|since| day < since.plus_days(60)) {
                continue;
            }
            let is_champion = member.record.has_role("champion");
            let hazard = if is_champion { 0.016 } else { 0.005 };
            if leaves >= hazard {
                continue;
            }
            self.leave(index, day);
        }
    }

    fn leave(&mut self, index: usize, day: Day) {
        let random = &mut self.random.people;
        let (moves_on, follows, gap) = (random.chance(0.2), random.chance(0.88), random.whole(8, 110));
        let roles = self.members[index].record.roles.clone();
        let is_champion = roles.iter().any(|role| role == "champion");
        let member = &mut self.members[index];
        if moves_on && is_champion {
            // Stays with the company, in another role: the champion is lost all the same.
            member.record.roles = vec!["influencer".to_owned()];
            member.record.title = Some((*random.pick(titles("influencer"))).to_owned());
            member.record.influence = Some(2);
            member.sla_days = None;
        } else {
            member.record.until = Some(day);
        }
        let record = member.record.clone();
        self.out.people.push(Recorded { recorded_at: world::instant(day, 10 * 3600), record });
        if is_champion {
            self.health.push[E] -= 0.45;
            self.health.push[A] -= 0.25;
        }
        if sla_days(&roles).is_some() && follows {
            let arrival = random_day(&mut self.random.people, day.plus_days(gap), day.plus_days(gap + 10));
            self.arrivals.push((arrival, roles));
        }
        self.unseat_member(index);
    }
}
