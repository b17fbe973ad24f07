use dearly_domain::Calendar;
use dearly_health::Engine;
use dearly_health::score::{Colour, Status};

use crate::books::{book_facts, churned_on, default_book, facts_of, workbook};

#[test]
fn the_last_day_shows_every_state_in_believable_shares() {
    let book = default_book();
    let until = book.settings.until;
    let (engine, book_facts) = (Engine::new(workbook()), book_facts(book));
    let (mut customers, mut partial, mut cap_binds) = (0, 0, 0);
    let (mut outcomes, mut experience) = ([0; 4], [0; 4]);
    for account in &book.accounts {
        let day = &engine.score(&facts_of(account), &book_facts, &[until])[0];
        assert_eq!(
            day.status == Status::Customer,
            churned_on(account).is_none(),
            "{}",
            account.facts.account
        );
        if day.status != Status::Customer {
            continue;
        }
        customers += 1;
        outcomes[day.outcomes.colour as usize] += 1;
        experience[day.experience.colour as usize] += 1;
        partial += usize::from(day.outcomes.is_partial());
        cap_binds += usize::from(day.outcomes.caps.iter().any(|cap| cap.contribution < 0.0));
    }
    assert_eq!(customers, book.settings.n_accounts);
    let share = |colour: Colour| f64::from(outcomes[colour as usize]) / customers as f64;
    assert!((0.45..0.65).contains(&share(Colour::Green)), "{outcomes:?}");
    assert!((0.20..0.40).contains(&share(Colour::Yellow)), "{outcomes:?}");
    assert!((0.06..0.20).contains(&share(Colour::Red)), "{outcomes:?}");
    assert!((0.01..0.09).contains(&share(Colour::Unknown)), "{outcomes:?}");
    assert!(experience[..3].iter().all(|count| *count > 0), "{experience:?}");
    assert!(partial > 0 && cap_binds > 0, "{partial} partial, {cap_binds} capped");
}

#[test]
fn the_last_day_has_work_to_do() {
    let book = default_book();
    let until = book.settings.until;
    let end = Calendar::utc().end_of(until);
    let staying =
        || book.accounts.iter().filter(|account| churned_on(account).is_none()).map(|account| &account.facts);
    let breached = staying().flat_map(|facts| &facts.tickets).filter(|ticket| {
        ticket.value.resolved_at.is_none() && ticket.value.due_at.is_some_and(|due_at| due_at < end)
    });
    assert!(breached.count() > 5);
    let overdue = staying().flat_map(|facts| &facts.invoices);
    assert!(
        overdue.filter(|invoice| invoice.value.paid_on.is_none() && invoice.value.due_on < until).count() > 5
    );
    let escalated = staying().flat_map(|facts| &facts.escalations);
    assert!(escalated.filter(|escalation| escalation.value.resolved_at.is_none()).count() > 3);
    assert!(staying().any(|facts| facts.usage.rows.is_empty()), "some have no telemetry");
    assert!(staying().any(|facts| facts.plans.is_empty()), "some have no plan");
    assert!(staying().any(|facts| { facts.subscriptions.iter().any(|term| term.value.notice_on.is_some()) }));
}
