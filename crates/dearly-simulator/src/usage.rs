//! Use of the product: who does what on which day.

use dearly_health::facts::UsageRow;

use crate::catalogue::{CONNECT, EVENTS, EVERYDAY, INSIGHT, OF_CONNECT, OF_INSIGHT, PLAN, PRODUCTS};
use crate::deployment::Activation;
use crate::health::{A, D};
use crate::life::{Life, Span};
use crate::random::{Random, logistic};
use crate::world::{instant, weekday};

/// How often a user of average adoption is there, on the logit scale of a working day, and how users differ.
const PRESENCE: f64 = -1.85;
const PRESENCE_SPREAD: f64 = 2.2;
const PRESENCE_BY_ADOPTION: f64 = 1.40;
/// How much of what they do is in sticky features.
const DEPTH: f64 = 0.45;
const DEPTH_BY_ADOPTION: f64 = 1.25;

/// The users of the account; those with low numbers are activated first.
#[derive(Debug, Default)]
pub(crate) struct Users {
    pub(crate) activations: Vec<Activation>,
    users: Vec<User>,
}

#[derive(Debug)]
struct User {
    /// The place of the telemetry id.
    name: u32,
    /// How much more often than others.
    eagerness: f64,
    /// How much deeper than others.
    depth: f64,
    /// The two sticky features of the user's work.
    favourites: [u32; 2],
    /// Nobody sits there for now.
    vacant: bool,
}

impl Users {
    fn activated(&self, product: &str) -> usize {
        self.activations
            .iter()
            .find(|known| known.is_of(product))
            .map_or(0, |known| known.activated.max(0) as usize)
    }
}

impl Life<'_> {
    pub(crate) fn begin_usage(&mut self) {
        let usage = &mut self.out.facts.usage;
        usage.events = EVENTS.into_iter().collect();
        usage.products = PRODUCTS.into_iter().collect();
        // The people known by now are the first users: the champion and the admin.
        self.ensure_users(2);
        for index in 0..self.members.len() {
            self.seat_member(index);
        }
    }

    /// Gives a champion or an admin a user of their own, where one is free.
    pub(crate) fn seat_member(&mut self, index: usize) {
        let place = match () {
            () if self.members[index].record.has_role("champion") => 0,
            () if self.members[index].record.has_role("admin") => 1,
            () => return,
        };
        let taken = self.members.iter().any(|member| member.user == Some(place));
        if taken || self.users.users.len() <= place {
            return;
        }
        let names = &mut self.out.facts.usage.users;
        let user = &mut self.users.users[place];
        // Some tools send the id, some the mail: both are known people.
        let record = &self.members[index].record;
        let name =
            if place == 0 { record.external_id.0.clone() } else { record.email.clone().unwrap_or_default() };
        user.name = names.len() as u32;
        names.push(name);
        user.vacant = false;
        self.members[index].user = Some(place);
    }

    pub(crate) fn unseat_member(&mut self, index: usize) {
        if let Some(place) = self.members[index].user.take() {
            self.users.users[place].vacant = true;
        }
    }

    fn ensure_users(&mut self, count: usize) {
        let random = &mut self.random.usage;
        while self.users.users.len() < count {
            let names = &mut self.out.facts.usage.users;
            let first = (random.uniform() * 3.0) as u32;
            let second = (first + 1 + (random.uniform() * 2.0) as u32) % 3;
            self.users.users.push(User {
                name: names.len() as u32,
                eagerness: PRESENCE_SPREAD * random.normal(),
                depth: 0.7 * random.normal(),
                favourites: [first, second],
                vacant: false,
            });
            names.push(format!("u-{}-{:03}", self.profile.number, self.users.users.len()));
        }
    }

    pub(crate) fn use_product(&mut self, span: Span) {
        let Some(telemetry_from) = self.profile.telemetry_from else {
            return;
        };
        let from = span.from.max(telemetry_from);
        if from >= span.to {
            return;
        }
        let activated = self.users.activated(PLAN);
        self.ensure_users(activated);
        let with_insight = self.users.activated(INSIGHT).min(activated);
        let with_connect = self.contracts.of(CONNECT, from).is_some();
        let deployment = logistic(0.3 + 1.5 * self.health.now[D]);
        let random = &mut self.random.usage;
        let mut rows = Vec::new();
        let mut week_start = from;
        while week_start < span.to {
            let week_end = week_start.plus_days(7).min(span.to);
            let adoption = self.health.on(A, f64::from(week_start - span.period_start) + 3.5);
            for (place, user) in self.users.users.iter().enumerate().take(activated) {
                if user.vacant {
                    continue;
                }
                let presence = logistic(PRESENCE + PRESENCE_BY_ADOPTION * adoption + user.eagerness);
                let depth = logistic(DEPTH + DEPTH_BY_ADOPTION * adoption + user.depth);
                let mut day = week_start;
                while day < week_end {
                    let works = weekday(day) < 5;
                    if random.chance(if works { presence } else { 0.04 * presence }) {
                        let morning = self.profile.hour * 3600 + (random.uniform() * 10_000.0) as i32;
                        let mut write = |luck: f64, seconds: i32, event: u32, product: u32| {
                            let count = 1 + (luck * luck * 6.0) as u32;
                            let at = instant(day, seconds);
                            rows.push(UsageRow {
                                at,
                                user: Some(user.name),
                                event,
                                product: Some(product),
                                count,
                                linked_at: None,
                            });
                        };
                        let luck = random.uniform();
                        if random.chance(depth) {
                            let favourite = user.favourites[usize::from(random.chance(0.45))];
                            write(luck, morning, favourite, 0);
                            // A scenario that is run is published some hours later: the workflow.
                            if favourite == 0 && random.chance(0.35) {
                                let later = morning + 7_200 + (random.uniform() * 9_000.0) as i32;
                                write(random.uniform(), later, 1, 0);
                            }
                        } else {
                            write(luck, morning, choose(random, &EVERYDAY), 0);
                        }
                        if place < with_insight && random.chance(0.32 * deployment) {
                            write(luck, morning + 1_800, choose(random, &OF_INSIGHT), 1);
                        }
                        if place == 1 && with_connect && random.chance(0.25 * deployment) {
                            write(luck, morning + 900, choose(random, &OF_CONNECT), 2);
                        }
                    }
                    day = day.plus_days(1);
                }
            }
            week_start = week_end;
        }
        rows.sort_by_key(|row: &UsageRow| (row.at, row.user, row.event));
        self.out.facts.usage.rows.extend(rows);
    }
}

fn choose(random: &mut Random, among: &[(u32, f64)]) -> u32 {
    let mut rest = random.uniform();
    for (event, share) in among {
        rest -= share;
        if rest < 0.0 {
            return *event;
        }
    }
    among[0].0
}
