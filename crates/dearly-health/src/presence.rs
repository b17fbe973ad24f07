//! Use of the product, reduced once to the days on which each user did what; from them the windows of all wanted days
//! follow in one walk.

mod seen;
mod wanted;
mod workflow;

use std::cell::RefCell;

use dearly_domain::usage::{Usage, UsageRows};
use dearly_domain::{Calendar, Day};
use dearly_workbook::model::Workflow;

use self::seen::ByUser;
pub(crate) use self::wanted::Window;
pub use self::wanted::{Answer, WantedDays};
use self::wanted::{Counts, Epoch, Stretch, count_user};

/// Days of presence of one account, and answers for a fixed set of wanted days. Answers are computed when they are
/// first asked for, for all wanted days at once.
pub struct Presence<'a> {
    usage: &'a Usage,
    calendar: &'a Calendar,
    wanted: &'a WantedDays,
    by_user: ByUser,
    answers: RefCell<Vec<(Query<'a>, Answer)>>,
}

/// Which events count.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// Any.
    Any,
    /// Those with one of these names.
    Events(&'a [String]),
    /// Those that name the product.
    Product(&'a str),
}

impl PartialEq for Scope<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Scope::Any, Scope::Any) => true,
            (Scope::Events(own), Scope::Events(others)) => Names(own) == Names(others),
            (Scope::Product(own), Scope::Product(other)) => own == other,
            _ => false,
        }
    }
}

/// Names of features. They are asked for day by day, and are mostly the very same piece of the workbook.
#[derive(Clone, Copy, Debug)]
struct Names<'a>(&'a [String]);

impl PartialEq for Names<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0 == other.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Query<'a> {
    /// Users with at least so many distinct days of the scope in the window.
    Users { scope: Scope<'a>, days_at_least: i32, window: Window },
    /// The same for each of these features.
    UsersOfEach { features: Names<'a>, days_at_least: i32, window: Window },
    /// Σ over users of their distinct days in the window.
    UserDays { working_days: bool, window: Window },
    /// Σ of counts in the window.
    Events { window: Window },
    /// Completions of the workflow in the window.
    Completions { workflow: &'a str, window: Window },
}

/// What a user did, for those who want to see it.
pub(crate) struct UserActivity<'a> {
    /// Their telemetry id.
    pub(crate) user: &'a str,
    /// On how many distinct days of the window they did anything.
    pub(crate) days: u32,
    /// The last day on which they did.
    pub(crate) last: Day,
}

impl<'a> Presence<'a> {
    /// The presence of an account on the wanted days.
    pub fn of(usage: &'a Usage, calendar: &'a Calendar, wanted: &'a WantedDays) -> Presence<'a> {
        Presence {
            usage,
            calendar,
            wanted,
            by_user: ByUser::of(usage, calendar),
            answers: RefCell::default(),
        }
    }

    /// Per wanted day, the users with at least `days_at_least` distinct days of the scope within the window of `within`
    /// days that ends `back` days before it.
    pub fn users(&self, scope: Scope<'a>, days_at_least: i32, within: i32, back: i32) -> Answer {
        let (days_at_least, window) = (days_at_least.max(1), Window { within, back });
        self.answer(Query::Users { scope, days_at_least, window })
    }

    /// [`Presence::users`] of each of the features, by their places: all of them are counted in one walk.
    pub fn users_of_each(&self, features: &'a [String], days_at_least: i32, within: i32) -> Answer {
        let (days_at_least, window) = (days_at_least.max(1), Window::of(within));
        self.answer(Query::UsersOfEach { features: Names(features), days_at_least, window })
    }

    /// Per wanted day, Σ over users of their distinct days within the window; Mondays to Fridays only, if asked.
    pub(crate) fn user_days(&self, within: i32, working_days: bool) -> Answer {
        self.answer(Query::UserDays { working_days, window: Window::of(within) })
    }

    /// Per wanted day, Σ of counts within the window that ends `back` days before it.
    pub fn events(&self, within: i32, back: i32) -> Answer {
        self.answer(Query::Events { window: Window { within, back } })
    }

    /// Per wanted day, completions of the workflow within the window.
    pub(crate) fn completions(&self, workflow: &'a Workflow, within: i32) -> Answer {
        let window = Window::of(within);
        let query = Query::Completions { workflow: &workflow.id, window };
        self.known(&query).unwrap_or_else(|| {
            let (mut counts, reaches) =
                (Counts::new(self.wanted, 1), self.wanted.reaches(window, self.by_user.len()));
            workflow::each_completion(self.usage, self.calendar, workflow, |day, epoch| {
                counts.row(0).add(reaches.of(day), self.wanted.of(epoch), 1);
            });
            self.keep(query, counts.finish())
        })
    }

    /// The first day of an event that is known as of the day.
    pub(crate) fn first_day(&self, day: Day) -> Option<Day> {
        let late =
            self.by_user.late().iter().filter(|late| late.from <= day.days()).map(|late| late.seen.day);
        let first = self.by_user.first_day().into_iter().chain(late).min();
        first.filter(|first| *first <= day.days()).map(Day::from_days)
    }

    /// Whether an event that names a user is known as of the day.
    pub(crate) fn names_users(&self, day: Day) -> bool {
        let late = self.by_user.late().iter().filter(|late| late.user != UsageRows::NONE);
        is_any_by(self.by_user.first_user_day, late.map(|late| late.from), day)
    }

    /// Whether an event that names a product is known as of the day.
    pub(crate) fn names_products(&self, day: Day) -> bool {
        let late = self.by_user.late().iter().filter(|late| late.has_product);
        is_any_by(self.by_user.first_product_day, late.map(|late| late.from), day)
    }

    /// What each user had done as of the day.
    pub(crate) fn user_activity(&self, day: Day, within: i32) -> Vec<UserActivity<'a>> {
        let day = day.days();
        let mut users = Vec::new();
        self.by_user.each_user(|user, seen, epoch| {
            if day < epoch.from || epoch.until < day {
                return;
            }
            let mut days: Vec<i32> = seen.iter().map(|seen| seen.day).filter(|own| *own <= day).collect();
            days.dedup();
            if let Some(last) = days.last() {
                users.push(UserActivity {
                    user: &self.usage.users[user as usize],
                    days: days.iter().filter(|own| day - **own < within).count() as u32,
                    last: Day::from_days(*last),
                });
            }
        });
        users
    }

    fn known(&self, query: &Query<'a>) -> Option<Answer> {
        let answers = self.answers.borrow();
        answers.iter().find(|(known, _)| known == query).map(|(_, answer)| answer.clone())
    }

    fn keep(&self, query: Query<'a>, answer: Answer) -> Answer {
        self.answers.borrow_mut().push((query, answer.clone()));
        answer
    }

    fn answer(&self, query: Query<'a>) -> Answer {
        if let Some(answer) = self.known(&query) {
            return answer;
        }
        match query {
            Query::Users { scope, days_at_least, window } => {
                self.keep(query, self.count_users(scope, days_at_least as usize, window))
            }
            Query::UsersOfEach { features, days_at_least, window } => {
                self.keep(query, self.count_users_of_each(features.0, days_at_least as usize, window))
            }
            Query::UserDays { working_days, window } => {
                self.keep(query, self.count_user_days(working_days, window))
            }
            Query::Events { window } => self.keep(query, self.count_events(window)),
            Query::Completions { .. } => unreachable!("answered by `completions`"),
        }
    }

    fn count_users(&self, scope: Scope<'a>, days_at_least: usize, window: Window) -> Answer {
        let kinds = &self.by_user.kinds;
        match scope {
            Scope::Any => self.count_users_if(|_| true, days_at_least, window),
            Scope::Events(names) => {
                let is_named = |event: &str| names.iter().any(|name| name == event);
                let named: Vec<bool> = self.usage.events.iter().map(is_named).collect();
                let counts = kinds.map(false, |event, _| named[event as usize]);
                self.count_users_if(|kind| counts[kind as usize], days_at_least, window)
            }
            Scope::Product(name) => match self.usage.products.iter().position(|product| product == name) {
                Some(place) => {
                    let counts = kinds.map(false, |_, product| product == Some(place as u32));
                    self.count_users_if(|kind| counts[kind as usize], days_at_least, window)
                }
                None => Counts::new(self.wanted, 1).finish(),
            },
        }
    }

    fn count_users_if(&self, is_in: impl Fn(u32) -> bool, days_at_least: usize, window: Window) -> Answer {
        let (mut counts, reaches) =
            (Counts::new(self.wanted, 1), self.wanted.reaches(window, self.by_user.len()));
        let mut days: Vec<i32> = Vec::new();
        self.by_user.each_user(|_, seen, epoch| {
            let known = self.wanted.of(epoch);
            let seen = seen.iter().filter(|seen| is_in(seen.kind));
            if days_at_least == 1 {
                let mut stretch = Stretch::NONE;
                seen.filter_map(|seen| stretch.add(reaches.of(seen.day)))
                    .for_each(|done| counts.row(0).add(done, known, 1));
                return counts.row(0).add(stretch.take(), known, 1);
            }
            days.clear();
            days.extend(seen.map(|seen| seen.day));
            days.dedup();
            count_user(&mut counts, 0, &days, days_at_least, &reaches, known);
        });
        counts.finish()
    }

    fn count_users_of_each(&self, features: &[String], days_at_least: usize, window: Window) -> Answer {
        const NO_FEATURE: usize = usize::MAX;
        // A feature may be asked for twice: its first place is counted, the others are given the same.
        let first_place = |name: &str| features.iter().position(|other| other == name);
        let of_event: Vec<usize> =
            self.usage.events.iter().map(|event| first_place(event).unwrap_or(NO_FEATURE)).collect();
        let place_of = self.by_user.kinds.map(NO_FEATURE, |event, _| of_event[event as usize]);
        let mut counts = Counts::new(self.wanted, features.len());
        let reaches = self.wanted.reaches(window, self.by_user.len());
        if days_at_least == 1 {
            let mut stretches = vec![Stretch::NONE; features.len()];
            // Most users use few features.
            let mut begun: Vec<usize> = Vec::with_capacity(features.len());
            self.by_user.each_user(|_, seen, epoch| {
                let known = self.wanted.of(epoch);
                for seen in seen {
                    let (place, reached) = (place_of[seen.kind as usize], reaches.of(seen.day));
                    if place != NO_FEATURE && !reached.is_empty() {
                        if !stretches[place].is_begun() {
                            begun.push(place);
                        }
                        if let Some(done) = stretches[place].add(reached) {
                            counts.row(place).add(done, known, 1);
                        }
                    }
                }
                for place in begun.drain(..) {
                    counts.row(place).add(stretches[place].take(), known, 1);
                }
            });
        } else {
            let mut days: Vec<Vec<i32>> = vec![Vec::new(); features.len()];
            self.by_user.each_user(|_, seen, epoch| {
                let known = self.wanted.of(epoch);
                for seen in seen {
                    let place = place_of[seen.kind as usize];
                    if place != NO_FEATURE && days[place].last() != Some(&seen.day) {
                        days[place].push(seen.day);
                    }
                }
                for (place, days) in days.iter_mut().enumerate().filter(|(_, days)| !days.is_empty()) {
                    count_user(&mut counts, place, days, days_at_least, &reaches, known);
                    days.clear();
                }
            });
        }
        for (place, name) in features.iter().enumerate() {
            if let Some(first) = first_place(name).filter(|first| *first < place) {
                counts.copy(first, place);
            }
        }
        counts.finish()
    }

    fn count_user_days(&self, working_days: bool, window: Window) -> Answer {
        let (mut counts, reaches) =
            (Counts::new(self.wanted, 1), self.wanted.reaches(window, self.by_user.len()));
        self.by_user.each_user(|_, seen, epoch| {
            let known = self.wanted.of(epoch);
            for same in seen.chunk_by(|a, b| a.day == b.day) {
                // The first day of 1970 was a Thursday.
                if !working_days || (same[0].day + 3).rem_euclid(7) < 5 {
                    counts.row(0).add(reaches.of(same[0].day), known, 1);
                }
            }
        });
        counts.finish()
    }

    fn count_events(&self, window: Window) -> Answer {
        let (mut counts, reaches) =
            (Counts::new(self.wanted, 1), self.wanted.reaches(window, self.by_user.len()));
        let always = self.wanted.of(Epoch::ALWAYS);
        for (day, count) in self.by_user.per_day() {
            counts.row(0).add(reaches.of(*day), always, *count);
        }
        for late in self.by_user.late() {
            let known = self.wanted.of(Epoch { from: late.from, ..Epoch::ALWAYS });
            counts.row(0).add(reaches.of(late.seen.day), known, u64::from(late.count));
        }
        counts.finish()
    }
}

/// Whether one of the days has come: the first of what was always known, or one of links.
fn is_any_by(first: Option<i32>, mut links: impl Iterator<Item = i32>, day: Day) -> bool {
    first.is_some_and(|first| first <= day.days()) || links.any(|from| from <= day.days())
}
