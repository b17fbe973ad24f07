//! Dearly's own pass: the reader, the gathering and the presence that `dearly score` uses, and nothing else.

use std::path::Path;

use dearly_domain::Calendar;
use dearly_domain::usage::Usage;
use dearly_events::{Gatherer, Lake};
use dearly_health::presence::{Presence, Scope, WantedDays};
use rayon::prelude::*;

use crate::answers::{self, Answers, OnDay, USERS_AT_LEAST, WITHIN};
use crate::lake::read_list;
use crate::measured::measured;

pub(crate) fn run(folder: &Path, out: Option<&Path>) -> anyhow::Result<()> {
    let segments = read_list(folder)?;
    let lake = Lake::open(folder);
    let (days, sticky, calendar) = (WantedDays::new(&answers::days()), answers::sticky(), Calendar::utc());
    let gatherer = Gatherer::new(None);
    let answers = measured(|| {
        let mut answers: Vec<Answers> = Vec::new();
        for portion in lake.read_ahead(&segments, None, false) {
            answers.par_extend(portion?.into_par_iter().map(|runs| {
                let account = runs.account().0.clone();
                let usage = Usage::from(gatherer.gather(runs));
                Answers { account, days: answer(&usage, &calendar, &days, &sticky) }
            }));
        }
        Ok(answers)
    })?;
    if let Some(out) = out {
        answers::write(out, &answers)?;
    }
    Ok(())
}

fn answer(usage: &Usage, calendar: &Calendar, days: &WantedDays, sticky: &[String]) -> Vec<OnDay> {
    let presence = Presence::of(usage, calendar, days);
    let active = presence.users(Scope::Any, 1, WITHIN, 0);
    let (events, before) = (presence.events(WITHIN, 0), presence.events(WITHIN, WITHIN));
    let mut answers: Vec<OnDay> = (0..days.days().len())
        .map(|day| OnDay {
            active_users: active[day] as u32,
            events: events[day] as u32,
            events_before: before[day] as u32,
            features_used: 0,
        })
        .collect();
    let users_of_each = presence.users_of_each(sticky, 1, WITHIN);
    for place in 0..sticky.len() {
        for (answer, users) in answers.iter_mut().zip(users_of_each.of(place)) {
            answer.features_used += u32::from(*users >= USERS_AT_LEAST);
        }
    }
    answers
}
