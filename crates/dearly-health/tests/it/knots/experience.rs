//! CX1 to CX6.

use dearly_workbook::model::{Value, Workbook};

use super::account::Account;
use super::{Missing, NotApplicable, Points, Worth, ago, worth};

fn experience(account: &Account, is_it: impl Fn(&Value) -> bool) -> Worth {
    worth(&Workbook::default(), account, is_it)
}

fn customer() -> Account {
    Account::since(ago(400))
}

#[test]
fn cx1_is_the_lowest_last_answer_of_a_key_person() {
    let nps = |account: &Account| experience(account, |value| matches!(value, Value::Nps { .. }));
    let key = || {
        customer().person("p", &["champion"], None, None).person("q", &["admin"], None, None).person(
            "r",
            &["end_user"],
            None,
            None,
        )
    };
    for (score, expected) in [(0.0, 20.0), (6.0, 20.0), (7.0, 60.0), (8.0, 60.0), (9.0, 100.0), (10.0, 100.0)]
    {
        assert_eq!(nps(&key().answer("nps", score, None, ago(364), Some("p"))), Points(expected), "{score}");
    }
    // 4 of 5 is 8 of 10.
    assert_eq!(nps(&key().answer("nps", 4.0, Some(5.0), ago(9), Some("p"))), Points(60.0));
    let two = key().answer("nps", 10.0, None, ago(9), Some("p")).answer("nps", 7.0, None, ago(20), Some("q"));
    assert_eq!(nps(&two), Points(60.0));
    let changed =
        key().answer("nps", 2.0, None, ago(20), Some("p")).answer("nps", 9.0, None, ago(9), Some("p"));
    assert_eq!(nps(&changed), Points(100.0));
    assert_eq!(nps(&changed.answer("nps", 3.0, None, ago(9), Some("p"))), Points(20.0));
    let of_others = key().answer("nps", 2.0, None, ago(9), Some("r")).answer("nps", 2.0, None, ago(9), None);
    assert_eq!(nps(&of_others), Missing);
    assert_eq!(nps(&key().answer("nps", 2.0, None, ago(365), Some("p"))), Missing);
    assert_eq!(nps(&key().answer("csat", 2.0, None, ago(1), Some("p"))), Missing);
}

#[test]
fn cx2_is_the_share_of_satisfied_answers() {
    let csat = |account: &Account| experience(account, |value| matches!(value, Value::Csat { .. }));
    for (answers, satisfied, expected) in [
        (20, 0, 0.0),
        (20, 7, 25.0),
        (20, 14, 50.0),
        (20, 16, 50.0 + 25.0 * 10.0 / 15.0),
        (20, 17, 75.0),
        (20, 20, 100.0),
    ] {
        let account = (0..answers).fold(customer(), |account, index| {
            let score = if index < satisfied { 4.0 } else { 3.0 };
            account.answer("csat", score, None, ago(89), None)
        });
        assert_eq!(csat(&account), Points(expected), "{satisfied} of {answers}");
    }
    assert_eq!(csat(&customer().answer("csat", 8.0, Some(10.0), ago(1), None)), Points(100.0));
    assert_eq!(csat(&customer().answer("csat", 7.0, Some(10.0), ago(1), None)), Points(0.0));
    assert_eq!(csat(&customer().answer("csat", 5.0, None, ago(90), None)), NotApplicable);
    assert_eq!(csat(&customer().answer("ces", 5.0, None, ago(1), None)), Missing);
}

#[test]
fn cx3_counts_urgent_tickets() {
    let open = |account: &Account| experience(account, |value| matches!(value, Value::OpenTickets { .. }));
    for (tickets, expected) in [(0, 100.0), (1, 70.0), (2, 55.0), (3, 0.0), (4, 0.0)] {
        // Neither a ticket of less severity, nor one resolved today, counts; one resolved tomorrow does.
        let account =
            customer().ticket(3, ago(5), None, None, "x").ticket(1, ago(5), Some(ago(0)), Some(ago(3)), "x");
        let account = (0..tickets)
            .fold(account, |account, _| account.ticket(2, ago(0), Some(ago(-1)), Some(ago(5)), "x"));
        assert_eq!(open(&account), Points(expected), "{tickets}");
    }
    // Severity 1 past its due time.
    assert_eq!(open(&customer().ticket(1, ago(5), None, Some(ago(0)), "x")), Points(25.0));
    assert_eq!(open(&customer().ticket(1, ago(5), None, Some(ago(-1)), "x")), Points(70.0));
    assert_eq!(open(&customer().ticket(1, ago(5), None, None, "x")), Points(70.0));
    assert_eq!(open(&customer()), Missing);
    assert_eq!(open(&customer().ticket(1, ago(-1), None, None, "x")), Missing);
}

#[test]
fn cx4_counts_defects_by_active_users() {
    let defects =
        |account: &Account| experience(account, |value| matches!(value, Value::TicketsOpened { .. }));
    for (users, tickets, expected) in [
        (10, 0, 100.0),
        (100, 1, 87.5),
        (50, 1, 75.0),
        (25, 1, 75.0 - 25.0 * 2.0 / 3.0),
        (20, 1, 50.0),
        (25, 2, 20.0),
        (20, 2, 0.0),
        (1, 1, 0.0),
        // Nobody active: as if one user were.
        (0, 1, 0.0),
    ] {
        let account = customer().users(1, ago(100), None).users(users, ago(27), None);
        let account = account.ticket(1, ago(5), None, None, "question").ticket(1, ago(90), None, None, "bug");
        let account = (0..tickets).fold(account, |account, index| {
            account.ticket(4, ago(89), Some(ago(80)), None, if index == 0 { "Defect" } else { "bug" })
        });
        assert_eq!(defects(&account), Points(expected), "{tickets} of {users} users");
    }
    assert_eq!(
        defects(&customer().users(1, ago(100), None).ticket(1, ago(5), None, None, "question")),
        NotApplicable
    );
    assert_eq!(defects(&customer().ticket(1, ago(5), None, None, "bug")), Missing);
    assert_eq!(defects(&customer().users(1, ago(0), None)), Missing);
}

#[test]
fn cx5_is_the_worst_open_escalation() {
    let escalation = |account: &Account| experience(account, |value| matches!(value, Value::OpenEscalations));
    for (severity, expected) in [("low", 60.0), ("medium", 60.0), ("high", 0.0), ("critical", 0.0)] {
        let open = customer().escalation(severity, ago(5), None);
        assert_eq!(escalation(&open), Points(expected), "{severity}");
        let with_low = open.escalation("low", ago(5), None).escalation("critical", ago(9), Some(ago(1)));
        assert_eq!(escalation(&with_low), Points(expected), "{severity}");
        let resolved_tomorrow = customer().escalation(severity, ago(0), Some(ago(-1)));
        assert_eq!(escalation(&resolved_tomorrow), Points(expected), "{severity}");
        let resolved = customer().escalation(severity, ago(5), Some(ago(0)));
        assert_eq!(escalation(&resolved), Points(100.0), "{severity}");
    }
    assert_eq!(escalation(&customer()), Missing);
}

#[test]
fn cx6_is_the_mean_of_last_ratings() {
    let judgement = |account: &Account| experience(account, |value| matches!(value, Value::Judgement { .. }));
    for (rating, expected) in [
        (1.0, 0.0),
        (1.5, 12.5),
        (2.0, 25.0),
        (2.5, 42.5),
        (3.0, 60.0),
        (4.0, 80.0),
        (4.5, 90.0),
        (5.0, 100.0),
    ] {
        assert_eq!(
            judgement(&customer().judgement("ann", ago(89), rating, None)),
            Points(expected),
            "{rating}"
        );
    }
    let two = customer().judgement("ann", ago(9), 3.0, None).judgement("bob", ago(20), 4.0, None);
    assert_eq!(judgement(&two), Points(70.0));
    let changed = customer().judgement("ann", ago(9), 5.0, None).judgement("ann", ago(20), 1.0, None);
    assert_eq!(judgement(&changed.judgement("ann", ago(-1), 1.0, None)), Points(100.0));
    // A rating counts for 90 days, or until it expires; the one before it does not come back.
    assert_eq!(judgement(&customer().judgement("ann", ago(90), 5.0, None)), Missing);
    assert_eq!(judgement(&customer().judgement("ann", ago(200), 5.0, Some(ago(-1)))), Points(100.0));
    assert_eq!(judgement(&customer().judgement("ann", ago(9), 5.0, Some(ago(0)))), Missing);
    let expired = customer().judgement("ann", ago(20), 2.0, None).judgement("ann", ago(9), 5.0, Some(ago(1)));
    assert_eq!(judgement(&expired), Missing);
}
