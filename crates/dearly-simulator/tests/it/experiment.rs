use dearly_simulator::{Experiment, Settings, Simulation};

use crate::books::small_book;

/// A book in which every account due in its last twelve months gets the play, or none does.
fn ordered(playbook: Option<&'static str>, is_run: bool) -> Simulation {
    let settings = Settings { n_accounts: 60, years: 2, ..Settings::default() };
    let due_from = settings.until.plus_days(1).plus_months(-12);
    let experiment = Experiment { playbook, is_run, days_before_due: 160, due_from };
    small_book(Settings { experiment: Some(experiment), ..settings })
}

#[test]
fn an_ordered_play_is_run_for_all_and_lifts_renewal() {
    let (with, without) = (ordered(Some("adoption_sprint"), true), ordered(Some("adoption_sprint"), false));
    let from = with.settings.experiment.as_ref().unwrap().due_from;
    let (mut n, mut lifted) = (0, 0.0);
    for a in &with.accounts {
        // Whoever follows a churned account is there in one book only.
        let same = |own: &&dearly_simulator::SimulatedAccount| own.facts.account == a.facts.account;
        let Some(b) = without.accounts.iter().find(same) else { continue };
        let main = |account: &dearly_simulator::SimulatedAccount| {
            account.renewals.iter().find(|own| !own.add_on && own.due_on >= from).cloned()
        };
        let (Some(one), Some(other)) = (main(a), main(b)) else { continue };
        assert_eq!((&one.account, one.due_on), (&other.account, other.due_on));
        let day = one.due_on.plus_days(-160);
        for (account, is_run) in [(a, true), (b, false)] {
            let own = account.plays.iter().filter(|play| {
                play.playbook == "adoption_sprint"
                    && play.period_start <= day
                    && day < play.period_start.plus_days(28)
            });
            let own: Vec<bool> = own.map(|play| play.is_run).collect();
            assert_eq!(own, [is_run], "{}", one.account);
            let begins_on =
                account.plays.iter().map(|play| play.period_start).filter(|start| *start <= day).max();
            let begins_on = begins_on.unwrap();
            let written = account.facts.activities.iter().filter(|activity| {
                let on = dearly_domain::Calendar::utc().day_of(activity.value.at);
                activity.value.playbook.as_deref() == Some("adoption_sprint")
                    && begins_on <= on
                    && on < begins_on.plus_days(28)
            });
            assert_eq!(written.count() > 0, is_run, "{}", one.account);
        }
        n += 1;
        lifted += one.probability - other.probability;
    }
    assert!(n > 30, "{n} renewals");
    assert!(lifted / f64::from(n) > 0.005, "{lifted} over {n}");
}

#[test]
fn some_play_may_be_ordered_whichever_it_is() {
    let mut chosen = std::collections::BTreeSet::new();
    for is_run in [true, false] {
        let book = ordered(None, is_run);
        let from = book.settings.experiment.as_ref().unwrap().due_from;
        for account in &book.accounts {
            let Some(renewal) = account.renewals.iter().find(|own| own.due_on >= from) else { continue };
            let day = renewal.due_on.plus_days(-160);
            let of_period = account.plays.iter().filter(|play| {
                play.playbook != "newsletter"
                    && play.period_start <= day
                    && day < play.period_start.plus_days(28)
            });
            let run: Vec<_> = of_period.filter(|play| play.is_run).map(|play| play.playbook).collect();
            assert_eq!(!run.is_empty(), is_run, "{}", renewal.account);
            chosen.extend(run);
        }
    }
    assert_eq!(chosen.len(), 4, "{chosen:?}");
}
