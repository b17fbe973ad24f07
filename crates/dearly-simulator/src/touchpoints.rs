//! Touchpoints: meetings with key people, business reviews, mails, plays.

use dearly_domain::activity::Activity;
use dearly_domain::{ActivityId, Attributes, Day, Held};

use crate::health::{A, D, E, R};
use crate::life::{Life, Span};
use crate::random::logistic;
use crate::settings::Experiment;
use crate::texts;
use crate::truth::PlayTruth;
use crate::world::{instant, working_day};

/// When the next of the regular touchpoints are.
#[derive(Debug)]
pub(crate) struct Rhythm {
    next_review_on: Day,
    pub(crate) next_judgement_on: Day,
    n_activities: usize,
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm { next_review_on: Day::MAX, next_judgement_on: Day::MAX, n_activities: 0 }
    }
}

/// A play: its name, the type of its touchpoints, what it lifts and by how much.
struct Play {
    playbook: &'static str,
    kind: &'static str,
    lifts: usize,
    by: f64,
    subject: &'static str,
}

/// What a manager makes of a play in a period.
struct Wish {
    playbook: &'static str,
    perceived_health: f64,
    chance: f64,
    is_wanted: bool,
}

/// The plays that CSMs run where they see need, in the scale of latent health.
const PLAYS: [Play; 4] = [
    Play {
        playbook: "deployment_rescue",
        kind: "onsite",
        lifts: D,
        by: 0.40,
        subject: "Deployment workshop",
    },
    Play {
        playbook: "executive_alignment",
        kind: "alignment_call",
        lifts: E,
        by: 0.35,
        subject: "Executive alignment",
    },
    Play { playbook: "adoption_sprint", kind: "training", lifts: A, by: 0.45, subject: "Adoption sprint" },
    Play { playbook: "value_review", kind: "meeting", lifts: R, by: 0.40, subject: "Value review" },
];

/// The play that does nothing.
pub(crate) const NEWSLETTER: &str = "newsletter";

/// What a play does to latent health, for the description of the law.
pub(crate) fn play_effects() -> Vec<(&'static str, &'static str, f64)> {
    let names = ["deployment", "engagement", "adoption", "roi"];
    PLAYS.iter().map(|play| (play.playbook, names[play.lifts], play.by)).collect()
}

impl Life<'_> {
    pub(crate) fn begin_rhythm(&mut self) {
        let first = self.first_day();
        let random = &mut self.random.touchpoints;
        self.rhythm.next_judgement_on = first.plus_days(random.whole(20, 90));
        if let Some(cadence) = review_days(self.profile.tier) {
            self.rhythm.next_review_on =
                first.plus_days((f64::from(cadence) * random.between(0.3, 1.1)) as i32);
        }
    }

    pub(crate) fn keep_in_touch(&mut self, span: Span) {
        self.review_business(span);
        self.meet_key_people(span);
        self.send_mails(span);
    }

    /// Key people, each at a cadence of their own that slackens with low engagement; meetings near each other are one.
    fn meet_key_people(&mut self, span: Span) {
        for _ in 0..60 {
            let next = self
                .members
                .iter()
                .enumerate()
                .filter(|(_, member)| member.sla_days.is_some() && member.next_meeting_on < span.to)
                .min_by_key(|(place, member)| (member.next_meeting_on, *place))
                .map(|(place, _)| place);
            let Some(host) = next else { return };
            let day = working_day(self.members[host].next_meeting_on.max(span.from));
            let (answered, joint) = (self.random.touchpoints.uniform(), self.random.touchpoints.chance(0.55));
            let there = self.members[host].is_there(day) && span.holds(day);
            let mut attendees = Vec::new();
            for place in 0..self.members.len() {
                let random = &mut self.random.touchpoints;
                let (joins, chance, noise) = (random.chance(0.6), random.chance(0.10), random.normal());
                let member = &mut self.members[place];
                let near = joint && joins && member.next_meeting_on < day.plus_days(14);
                let attends = match member.sla_days {
                    Some(_) => place == host || near,
                    None => chance && joint,
                };
                if !attends || !(member.is_there(day) || place == host) {
                    continue;
                }
                if let Some(sla) = member.sla_days {
                    let interval = f64::from(sla) * 1.70 * (-0.85 * self.health.now[E] + 0.28 * noise).exp();
                    member.next_meeting_on = day.plus_days((interval as i32).clamp(6, 400));
                }
                if member.is_there(day) {
                    attendees.push(place);
                }
            }
            if !there {
                continue;
            }
            // A weak relation shows in calls that nobody takes: they meet no one.
            if answered < logistic(-3.0 - 1.1 * self.health.now[E]) {
                self.write_activity(
                    "call",
                    day,
                    &[host],
                    None,
                    Some("outbound"),
                    "No answer, message left",
                    None,
                );
                continue;
            }
            let executive = attendees.iter().any(|place| self.members[*place].is_executive());
            let random = &mut self.random.touchpoints;
            let admin_only = attendees.iter().all(|place| self.members[*place].record.has_role("admin"));
            let (kind, subjects): (&str, &[&str]) = match random.uniform() {
                _ if executive => {
                    (["meeting", "alignment_call"][random.weighted(&[0.5, 0.5])], &texts::EXECUTIVE_SUBJECTS)
                }
                luck if admin_only && luck < 0.5 => ("training", &texts::TRAINING_SUBJECTS),
                luck if luck < 0.6 => ("call", &texts::MEETING_SUBJECTS),
                luck if luck < 0.97 => ("meeting", &texts::MEETING_SUBJECTS),
                _ => ("onsite", &texts::MEETING_SUBJECTS),
            };
            let subject = *random.pick(subjects);
            let direction = random.chance(0.7).then_some("two_way");
            let notes = random.chance(0.5).then(|| {
                let among = match self.health.overall() + 0.5 * random.normal() {
                    mood if mood > 0.35 => &texts::GOOD_NOTES,
                    mood if mood > -0.6 => &texts::FAIR_NOTES,
                    _ => &texts::POOR_NOTES,
                };
                *random.pick(among)
            });
            self.write_activity(kind, day, &attendees, None, direction, subject, notes);
        }
    }

    fn review_business(&mut self, span: Span) {
        let Some(cadence) = review_days(self.profile.tier) else {
            return;
        };
        while self.rhythm.next_review_on < span.to {
            let day = working_day(self.rhythm.next_review_on.max(span.from));
            let random = &mut self.random.touchpoints;
            let interval =
                f64::from(cadence) * 1.15 * (-0.32 * self.health.now[E] + 0.15 * random.normal()).exp();
            self.rhythm.next_review_on = day.plus_days((interval as i32).max(30));
            let attendees: Vec<usize> = (0..self.members.len())
                .filter(|place| {
                    let comes = self.random.touchpoints.chance(0.8);
                    let member = &self.members[*place];
                    comes && member.sla_days.is_some() && member.is_there(day)
                })
                .collect();
            if span.holds(day) && !attendees.is_empty() {
                self.write_activity(
                    "business_review",
                    day,
                    &attendees,
                    None,
                    Some("two_way"),
                    "Business review",
                    None,
                );
            }
        }
    }

    fn send_mails(&mut self, span: Span) {
        let random = &mut self.random.touchpoints;
        let (count, newsletter) = (random.poisson(0.35), random.uniform());
        let newsletter_on = working_day(span.any_day(random));
        for _ in 0..count {
            let random = &mut self.random.touchpoints;
            let day = working_day(span.any_day(random));
            let subject = *random.pick(&texts::EMAIL_SUBJECTS);
            let direction = if random.chance(0.3) { "inbound" } else { "outbound" };
            let place = (random.uniform() * self.members.len() as f64) as usize;
            if span.holds(day) && self.members[place].is_there(day) {
                self.write_activity("email", day, &[place], None, Some(direction), subject, None);
            }
        }
        // The newsletter goes to those who do well, and does nothing.
        let health = self.health.overall();
        let chance =
            if self.champion_on(newsletter_on).is_some() { logistic(-1.1 + 1.3 * health) } else { 0.0 };
        let wish =
            Wish { playbook: NEWSLETTER, perceived_health: health, chance, is_wanted: newsletter < chance };
        let (is_run, day) = self.decide_play(wish, newsletter_on, span);
        if is_run {
            let attendees: Vec<usize> = self.champion_on(day).into_iter().collect();
            self.write_activity(
                "email",
                day,
                &attendees,
                Some(NEWSLETTER),
                Some("outbound"),
                "Newsletter",
                None,
            );
        }
    }

    /// The place of the champion who is there.
    fn champion_on(&self, day: Day) -> Option<usize> {
        self.members.iter().position(|it| it.record.has_role("champion") && it.is_there(day))
    }

    /// Whether a play is run, and on what day: as the manager would have it, or as an experiment orders.
    fn decide_play(&mut self, wish: Wish, day: Day, span: Span) -> (bool, Day) {
        let Wish { playbook, perceived_health, chance, is_wanted } = wish;
        let (is_run, day) = match self.ordered(playbook, span) {
            // On a day of the period whatever the one drawn, for an order leaves nobody out.
            Some(is_run) if span.holds(day) => (is_run, day),
            Some(is_run) => (is_run, working_day(span.from)),
            None => (is_wanted && span.holds(day), day),
        };
        let period_start = span.period_start;
        self.out.plays.push(PlayTruth { playbook, period_start, perceived_health, chance, is_run });
        (is_run, day)
    }

    /// The experiment, where this is the period that it is about.
    fn experiment_in(&self, span: Span) -> Option<&Experiment> {
        let due = self.contracts.undecided_due()?;
        let own = self.world.settings.experiment.as_ref()?;
        (due >= own.due_from && span.holds(due.plus_days(-own.days_before_due))).then_some(own)
    }

    /// What an experiment orders of a play in the period.
    fn ordered(&self, playbook: &str, span: Span) -> Option<bool> {
        let own = self.experiment_in(span)?;
        match own.playbook {
            Some(ordered) => (ordered == playbook).then_some(own.is_run),
            // Which of them it is to be, is known when all managers have spoken.
            None => (!own.is_run && playbook != NEWSLETTER).then_some(false),
        }
    }

    /// CSMs act where they see need: the lower the health they perceive, the likelier the play.
    pub(crate) fn run_plays(&mut self, span: Span) {
        let mut drawn: Vec<(&Play, f64, Day, i32)> = Vec::with_capacity(PLAYS.len());
        let mut is_any_run = false;
        for play in &PLAYS {
            let random = &mut self.random.touchpoints;
            let perceived_health = self.health.now[play.lifts] + 0.6 * random.normal();
            let (luck, first, gap) =
                (random.uniform(), working_day(span.any_day(random)), random.whole(5, 12));
            let chance = logistic(-3.1 - 1.1 * perceived_health);
            let wish = Wish { playbook: play.playbook, perceived_health, chance, is_wanted: luck < chance };
            let (is_run, first) = self.decide_play(wish, first, span);
            if is_run {
                self.run_play(play, first, gap, span);
            }
            is_any_run |= is_run;
            drawn.push((play, chance, first, gap));
        }
        let must_run_any = self.experiment_in(span).is_some_and(|own| own.playbook.is_none() && own.is_run);
        if must_run_any && !is_any_run {
            // Drawn again until there is one, so that which play it is goes by the managers' chances.
            let wanted = loop {
                let random = &mut self.random.experiment;
                let wanted: Vec<bool> =
                    drawn.iter().map(|(_, chance, ..)| random.uniform() < *chance).collect();
                if wanted.contains(&true) {
                    break wanted;
                }
            };
            for ((play, _, first, gap), _) in drawn.into_iter().zip(wanted).filter(|(_, wanted)| *wanted) {
                let first = if span.holds(first) { first } else { working_day(span.from) };
                self.run_play(play, first, gap, span);
                let told = self.out.plays.iter_mut().rev().find(|told| told.playbook == play.playbook);
                told.expect("all were decided on").is_run = true;
            }
        }
    }

    fn run_play(&mut self, play: &Play, first: Day, gap: i32, span: Span) {
        self.health.push[play.lifts] += play.by;
        let role = if play.lifts == E { "executive_sponsor" } else { "champion" };
        let mut attendees: Vec<usize> = Vec::new();
        for (place, member) in self.members.iter().enumerate() {
            let wanted = member.record.has_role(role) || play.lifts == D && member.record.has_role("admin");
            if wanted && member.is_there(first) {
                attendees.push(place);
            }
        }
        let playbook = Some(play.playbook);
        self.write_activity(play.kind, first, &attendees, playbook, Some("two_way"), play.subject, None);
        let second = working_day(first.plus_days(gap));
        if span.holds(second) {
            let subject = "Follow-up of the play";
            self.write_activity("email", second, &attendees, playbook, Some("outbound"), subject, None);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "an activity has so many sides, and they are named at the callers"
    )]
    fn write_activity(
        &mut self,
        kind: &str,
        day: Day,
        attendees: &[usize],
        playbook: Option<&str>,
        direction: Option<&str>,
        subject: &str,
        notes: Option<&str>,
    ) {
        self.rhythm.n_activities += 1;
        let random = &mut self.random.touchpoints;
        let seconds = self.profile.hour * 3600 + random.whole(0, 31) * 900;
        let minutes = match kind {
            "email" => None,
            "onsite" => Some(f64::from(random.whole(6, 16) * 30)),
            "training" | "business_review" => Some(f64::from(random.whole(2, 4) * 30)),
            _ if direction == Some("outbound") => None,
            _ => Some(f64::from(random.whole(1, 4) * 15)),
        };
        self.out.facts.activities.push(Held::always(Activity {
            external_id: ActivityId(format!("AC{}-{:04}", self.profile.number, self.rhythm.n_activities)),
            account: self.profile.id.clone(),
            kind: kind.to_owned(),
            at: instant(day, seconds),
            people: attendees.iter().map(|place| self.members[*place].id().0.clone()).collect(),
            owner: Some(self.csm_on(day)),
            playbook: playbook.map(str::to_owned),
            minutes,
            direction: direction.map(str::to_owned),
            subject: Some(subject.to_owned()),
            notes: notes.map(str::to_owned),
            attributes: Attributes::new(),
        }));
    }

    /// The e-mail of who looks after the account on a day.
    pub(crate) fn csm_on(&self, day: Day) -> String {
        let at = instant(day, 24 * 3600 - 1);
        let version = self.out.versions.iter().rev().find(|version| version.recorded_at <= at);
        version
            .or(self.out.versions.first())
            .and_then(|version| version.record.csm.clone())
            .unwrap_or_default()
    }
}

/// Days between business reviews; none for the third tier.
fn review_days(tier: i64) -> Option<i32> {
    match tier {
        1 => Some(90),
        2 => Some(180),
        _ => None,
    }
}
