//! E1 to E3.

use dearly_workbook::model::{Value, Workbook};

use super::account::Account;
use super::{Missing, NotApplicable, Points, Worth, ago, worth};

fn met(account: &Account) -> Worth {
    worth(&Workbook::default(), account, |value| matches!(value, Value::KeyPeopleMet))
}

fn multithreading(workbook: &Workbook, account: &Account) -> Worth {
    worth(workbook, account, |value| matches!(value, Value::Multithreading { .. }))
}

#[test]
fn e1_is_the_share_of_key_people_met() {
    for (people, count, expected) in [
        (4, 0, 0.0),
        (4, 1, 31.25),
        (5, 2, 50.0),
        (4, 2, 50.0 + 25.0 * 10.0 / 35.0),
        (4, 3, 75.0),
        (8, 7, 87.5),
        (4, 4, 100.0),
    ] {
        let account = Account::since(ago(400)).activity("email", ago(0), &[], None);
        let account = (0..people)
            .fold(account, |account, index| account.person(&format!("p{index}"), &["admin"], None, None));
        let account = (0..count)
            .fold(account, |account, index| account.activity("call", ago(5), &[&format!("p{index}")], None));
        assert_eq!(met(&account), Points(expected), "{count} of {people}");
    }
}

#[test]
fn e1_counts_who_was_met_within_the_shortest_of_their_slas() {
    let person = |roles: &[&str]| Account::since(ago(400)).person("p", roles, None, None);
    for (roles, days, is_met) in [
        (&["champion"][..], 29, true),
        (&["champion"][..], 30, false),
        (&["admin"][..], 59, true),
        (&["admin"][..], 60, false),
        (&["executive_sponsor"][..], 89, true),
        (&["executive_sponsor"][..], 90, false),
        (&["economic_buyer"][..], 89, true),
        (&["economic_buyer"][..], 90, false),
        (&["admin", "champion", "end_user"][..], 30, false),
        (&["executive_sponsor", "admin"][..], 59, true),
        (&["executive_sponsor", "admin"][..], 60, false),
    ] {
        let expected = Points(if is_met { 100.0 } else { 0.0 });
        assert_eq!(
            met(&person(roles).activity("meeting", ago(days), &["p"], None)),
            expected,
            "{roles:?} {days}"
        );
    }
    for (kind, direction, is_met) in [
        ("call", None, true),
        ("meeting", Some("two_way"), true),
        ("alignment_call", None, true),
        ("business_review", None, true),
        ("training", None, true),
        ("onsite", None, true),
        ("email", Some("two_way"), false),
        ("call", Some("outbound"), false),
        ("call", Some("inbound"), false),
    ] {
        let account = person(&["champion"]).activity(kind, ago(1), &["x", "p"], direction);
        assert_eq!(met(&account), Points(if is_met { 100.0 } else { 0.0 }), "{kind} {direction:?}");
    }
    let meeting_of_another = person(&["champion"]).activity("call", ago(1), &["x"], None);
    assert_eq!(met(&meeting_of_another), Points(0.0));
    let meeting_tomorrow =
        person(&["champion"]).activity("email", ago(1), &[], None).activity("call", ago(-1), &["p"], None);
    assert_eq!(met(&meeting_tomorrow), Points(0.0));
}

#[test]
fn e1_starts_the_clock_of_a_new_person_on_the_day_they_came() {
    let came = |days| Account::since(ago(400)).person("p", &["champion"], Some(ago(days)), None);
    let mailed = |account: Account| account.activity("email", ago(3), &["p"], None);
    assert_eq!(met(&mailed(came(29))), Points(100.0));
    assert_eq!(met(&mailed(came(30))), Points(0.0));
    // Not there yet, gone, or without a key role: no key person.
    assert_eq!(met(&mailed(came(-1).person("x", &["end_user"], None, None))), NotApplicable);
    let gone = Account::since(ago(400)).person("p", &["champion"], None, Some(ago(0)));
    assert_eq!(met(&mailed(gone)), NotApplicable);
    let leaves = Account::since(ago(400)).person("p", &["champion"], Some(ago(9)), Some(ago(-1)));
    assert_eq!(met(&mailed(leaves)), Points(100.0));
    // Without people, or without touchpoints, nobody knows.
    assert_eq!(met(&came(5)), Missing);
    assert_eq!(met(&mailed(Account::since(ago(400)))), Missing);
}

#[test]
fn e2_counts_key_roles_met_and_wants_an_executive() {
    let workbook = Workbook::default();
    for (roles, expected) in [
        (&[][..], 0.0),
        (&["end_user"][..], 0.0),
        (&["champion"][..], 25.0),
        (&["executive_sponsor"][..], 25.0),
        (&["champion", "admin"][..], 60.0),
        (&["champion", "champion"][..], 25.0),
        (&["champion", "admin", "economic_buyer"][..], 85.0),
        (&["champion", "admin", "economic_buyer", "executive_sponsor"][..], 100.0),
    ] {
        let mut account = Account::since(ago(400)).person("idle", &["champion"], None, None).activity(
            "email",
            ago(0),
            &[],
            None,
        );
        for (index, role) in roles.iter().enumerate() {
            let id = format!("p{index}");
            account = account.person(&id, &[role], None, None).activity("call", ago(89), &[&id], None);
        }
        assert_eq!(multithreading(&workbook, &account), Points(expected), "{roles:?}");
    }
    // Three roles without an executive: 74 at most.
    let mut workbook = Workbook::default();
    workbook.engagement.key_roles.insert("influencer".into(), 30);
    let person = Account::since(ago(400)).person("p", &["champion", "admin", "influencer"], None, None);
    assert_eq!(
        multithreading(&workbook, &person.clone().activity("call", ago(89), &["p"], None)),
        Points(74.0)
    );
    assert_eq!(multithreading(&workbook, &person.activity("call", ago(90), &["p"], None)), Points(0.0));
    // Two of them executives is no rule: one will do.
    let both =
        Account::since(ago(400)).person("p", &["champion", "executive_sponsor", "influencer"], None, None);
    assert_eq!(multithreading(&workbook, &both.activity("call", ago(1), &["p"], None)), Points(85.0));
}

#[test]
fn e3_is_days_since_the_review_by_cadence() {
    let workbook = Workbook::default();
    let review =
        |account: &Account| worth(&workbook, account, |value| matches!(value, Value::BusinessReviewHeld));
    for (tier, days, expected) in [
        (1, 0, Points(100.0)),
        (1, 45, Points(87.5)),
        (1, 90, Points(75.0)),
        (1, 117, Points(60.0)),
        (1, 135, Points(50.0)),
        (1, 162, Points(20.0)),
        (1, 180, Points(0.0)),
        (1, 300, Points(0.0)),
        (2, 180, Points(75.0)),
        (2, 270, Points(50.0)),
        (3, 10, NotApplicable),
    ] {
        let account =
            Account::of_tier(Some(tier), ago(400)).activity("business_review", ago(days), &[], None);
        assert_eq!(review(&account), expected, "tier {tier}, {days} days");
    }
    // Never held: 0 once the account is older than the cadence.
    let never = |tier, age| Account::of_tier(tier, ago(age)).activity("call", ago(0), &[], None);
    assert_eq!(review(&never(Some(1), 90)), NotApplicable);
    assert_eq!(review(&never(Some(1), 91)), Points(0.0));
    assert_eq!(review(&never(Some(2), 180)), NotApplicable);
    assert_eq!(review(&never(Some(2), 181)), Points(0.0));
    assert_eq!(review(&never(Some(3), 400)), NotApplicable);
    assert_eq!(review(&never(None, 400)), NotApplicable);
    assert_eq!(review(&Account::of_tier(Some(1), ago(400))), Missing);
}
