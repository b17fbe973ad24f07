//! What the report says, and what it refuses to say.

use dearly_domain::renewal::RenewalOutcome;
use dearly_domain::{AccountId, Day};
use dearly_health::score::Colour;
use dearly_insight::drivers::{Drivers, DriversReport, Role, check_signed_off, drivers};
use dearly_insight::panel::{Decision, Early, LEADS, Panel, PanelRow, Seen, Window};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn window() -> Window {
    Window { from: day("2025-01-01"), to: day("2026-01-01"), lead_days: 90, known_until: day("2026-06-30") }
}

/// Numbers in [0, 1) that look drawn: a fixed sequence, so that a test says the same everywhere (Weyl's, multiplied out).
struct Drawn(u64);

impl Drawn {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A row that is due on a day of the year, with these components.
fn row(number: usize, due_on: Day, components: [f64; 4], is_renewed: bool) -> PanelRow {
    let score = components.iter().sum::<f64>() / 4.0;
    PanelRow {
        decision: Decision {
            account: AccountId(format!("a{number:05}")),
            product: "core".to_owned(),
            due_on,
            decided_on: due_on.plus_days(if is_renewed { 0 } else { 31 }),
            known_on: due_on.plus_days(31),
            outcome: if is_renewed { RenewalOutcome::RenewedFlat } else { RenewalOutcome::Churned },
            due_arr_cents: 1_000_000,
            successor_arr_cents: if is_renewed { 1_000_000 } else { 0 },
            notice_on: None,
            terms: Vec::new(),
            successors: Vec::new(),
        },
        seen: Seen {
            as_of: due_on.plus_days(-90),
            name: format!("Account {number}"),
            is_customer: true,
            early: None,
            score: Some(score),
            colour: if score >= 75.0 {
                Colour::Green
            } else if score >= 50.0 {
                Colour::Yellow
            } else {
                Colour::Red
            },
            experience: None,
            components: components.map(Some),
            arr_cents: 1_000_000 + 1_000 * (number as i64 % 700),
            segment: Some(["smb", "enterprise"][number % 2].to_owned()),
            tenure_days: Some(400 + (number as i32 * 37) % 1_500),
        },
        at_leads: vec![components.map(Some); LEADS.len()],
    }
}

/// A panel of which adoption decides, and engagement does not; of three years, the last of them in the window.
fn panel(rows_a_year: usize, seed: u64) -> Panel {
    let mut drawn = Drawn(seed);
    let mut made = |year: i32| -> Vec<PanelRow> {
        (0..rows_a_year)
            .map(|number| {
                let due_on = day("2025-01-01").plus_days(365 * year + (number * 365 / rows_a_year) as i32);
                let components = [0; 4].map(|_| (60.0 + 18.0 * drawn.normal()).clamp(0.0, 100.0));
                let logit = 2.4 + 0.6 * (components[2] - 60.0) / 10.0 + 0.3 * (components[3] - 60.0) / 10.0;
                let is_renewed = drawn.next() < 1.0 / (1.0 + (-logit).exp());
                row(number + rows_a_year * (year + 2) as usize, due_on, components, is_renewed)
            })
            .collect()
    };
    let history = [made(-2), made(-1)].concat();
    Panel {
        window: window(),
        leads: LEADS.to_vec(),
        rows: made(0),
        history,
        open: Vec::new(),
        grace_days: 30,
        replayed: (rows_a_year, 0),
    }
}

fn report(panel: &Panel) -> DriversReport {
    drivers(panel, &[]).unwrap().report
}

fn check<'a>(report: &'a DriversReport, name: &str) -> &'a dearly_insight::drivers::Check {
    report.checks.iter().find(|own| own.name == name).unwrap()
}

#[test]
fn enough_data_give_probabilities_and_the_right_component() {
    let report = report(&panel(1_500, 1));
    assert_eq!(report.gate.level, 2, "{:?}", report.gate);
    assert_eq!(report.gate.failing, ["0 past plans of 4 needed"]);
    let model = report.model.as_ref().unwrap();
    let term = |name: &str| model.terms.iter().find(|own| own.term == name).unwrap();
    // The law says 0.6 and 0.3 for ten points, and nothing for engagement.
    for (name, truth) in [("adoption", 0.6), ("roi", 0.3), ("engagement", 0.0), ("deployment", 0.0)] {
        let range = term(name).log_odds;
        assert!(range.low < truth && truth < range.high, "{name}: {range:?}");
    }
    assert_eq!(term("adoption").direction, "more renewal");
    assert_eq!(term("engagement").direction, "not distinguishable from no association");
    assert!(term("adoption").marginal_change.unwrap().low > 0.0);
    assert!(term("adoption").p_holm.unwrap() < 1e-6);
    let shares: f64 = model.dominance.iter().map(|own| own.share.estimate).sum();
    assert!((shares - 1.0).abs() < 1e-9);
    assert!(model.dominance.iter().all(|own| own.share.estimate <= model.dominance[2].share.estimate));
    let validation = report.validation.as_ref().unwrap();
    assert_eq!(validation.folds.len(), 4);
    assert_eq!(validation.n, 1_500, "every quarter has models from earlier years");
    assert!(validation.brier < validation.base_rate_brier);
    assert_eq!(validation.bins.iter().map(|bin| bin.renewed.n).sum::<usize>(), 1_500);
    assert!(report.sentences.iter().any(|own| own.contains("Adoption is associated with more renewal")));
    let said = report.sentences.join(" ");
    assert!(said.contains("percentage points"), "{said}");
    for verb in ["cause", "drives", "leads to", "because"] {
        assert!(!said.contains(verb), "{said}");
    }
}

/// Complete scores that have nothing to do with renewal: no direction is named more often than chance allows, and no
/// probability at all.
#[test]
fn of_scores_without_a_signal_nothing_is_claimed() {
    let (mut n_claimed, mut n_terms) = (0, 0);
    for seed in 1..=20 {
        let mut own = panel(800, seed);
        let mut drawn = Drawn(1_000 + seed);
        for row in own.rows.iter_mut().chain(&mut own.history) {
            let is_renewed = drawn.next() < 0.88;
            row.decision.outcome =
                if is_renewed { RenewalOutcome::RenewedFlat } else { RenewalOutcome::Churned };
            row.decision.successor_arr_cents = if is_renewed { row.decision.due_arr_cents } else { 0 };
        }
        let report = report(&own);
        assert!(report.gate.level <= 1, "seed {seed}: {:?}", report.gate);
        assert!(!report.gate.failing.is_empty());
        let model = report.model.as_ref().unwrap_or_else(|| panic!("seed {seed}: {:?}", report.gate));
        n_terms += model.terms.len();
        n_claimed += model.terms.iter().filter(|term| !term.direction.starts_with("not dist")).count();
        assert!(model.terms.iter().all(|term| term.marginal_change.is_none()));
        assert!(report.validation.unwrap().bins.is_empty());
    }
    // 95 % intervals: of 80 about 4; more than 9 in one of a hundred such tests.
    assert_eq!(n_terms, 80);
    assert!(n_claimed <= 9, "{n_claimed} of {n_terms} directions named where there is none");
}

#[test]
fn every_number_can_be_followed_to_its_rows() {
    let mut own = panel(1_500, 1);
    own.rows[0].seen.early = Some(Early::Signed);
    own.rows[1].seen.components[2] = None;
    own.rows[2].at_leads[3] = [None; 4];
    own.history[0].seen.is_customer = false;
    own.open = own.rows[10..13].to_vec();
    own.open.iter_mut().for_each(|row| row.decision.outcome = RenewalOutcome::Open);
    let Drivers { report, rows, history } = drivers(&own, &[]).unwrap();
    assert_eq!((report.counts.n_open, report.counts.n_due), (3, 1_503));
    assert_eq!((rows.len(), history.len()), (1_500, own.history.len()));
    let used = |role: &&Role| role.is_used;
    assert_eq!(rows.iter().filter(used).count(), report.counts.n_used);
    assert_eq!(
        [rows[0].is_used, rows[1].is_used, history[0].is_used, history[1].is_used],
        [false, false, false, true]
    );
    for lead in &report.leads {
        let n = rows.iter().filter(|role| role.at_leads.contains(&lead.lead_days)).count();
        assert_eq!(n, lead.n, "{} days", lead.lead_days);
    }
    let validation = report.validation.unwrap();
    let all: Vec<(&PanelRow, &Role)> =
        own.rows.iter().zip(&rows).chain(own.history.iter().zip(&history)).collect();
    for fold in &validation.folds {
        let trained = all.iter().filter(|(row, role)| role.is_used && row.decision.known_on <= fold.known_by);
        assert_eq!(trained.count(), fold.n_train, "{fold:?}");
        let due =
            all.iter().filter(|(row, _)| row.decision.due_on >= fold.from && row.decision.due_on < fold.to);
        let tested = due.filter(|(_, role)| role.held_out_probability.is_some());
        assert_eq!(tested.count(), fold.n_test, "{fold:?}");
    }
    assert_eq!(validation.bins.len(), 10);
    for bin in &validation.bins {
        let of_bin: Vec<&PanelRow> = all
            .iter()
            .filter(|(_, role)| {
                role.held_out_probability.is_some_and(|own| own >= bin.low && own <= bin.high)
            })
            .map(|(row, _)| *row)
            .collect();
        let n_renewed = of_bin.iter().filter(|row| row.decision.is_renewed()).count();
        assert_eq!((of_bin.len(), n_renewed), (bin.renewed.n, bin.renewed.count), "{bin:?}");
        assert!(bin.low <= bin.mean_probability && bin.mean_probability <= bin.high);
    }
    // What the gate does not allow is in no row either.
    let fewer = drivers(&panel(400, 2), &[]).unwrap();
    assert_eq!(fewer.report.gate.level, 1);
    assert!(fewer.rows.iter().all(|role| role.held_out_probability.is_none()));
}

#[test]
fn equal_probabilities_share_a_bin() {
    let mut own = panel(1_500, 1);
    // Scores of four kinds alone: far fewer probabilities than rows.
    for row in own.rows.iter_mut().chain(&mut own.history) {
        row.seen.components =
            row.seen.components.map(|score| score.map(|own| if own < 60.0 { 40.0 } else { 80.0 }));
        (row.seen.arr_cents, row.seen.tenure_days, row.seen.segment) = (1_000_000, Some(700), None);
        row.seen.tenure_days = Some(if row.decision.due_on.days() % 2 == 0 { 500 } else { 900 });
        row.seen.arr_cents += i64::from(row.decision.due_on.days() % 3) * 100_000;
    }
    let Drivers { report, rows, .. } = drivers(&own, &[]).unwrap();
    let bins = report.validation.unwrap().bins;
    assert!(bins.windows(2).all(|pair| pair[0].high < pair[1].low), "{bins:?}");
    assert_eq!(
        bins.iter().map(|bin| bin.renewed.n).sum::<usize>(),
        rows.iter().filter(|row| row.is_used).count()
    );
}

#[test]
fn fewer_data_give_direction_without_probabilities() {
    let report = report(&panel(400, 2));
    assert_eq!(report.gate.level, 1, "{:?}", report.gate);
    assert!(report.gate.failing.iter().any(|own| own.contains("needed")), "{:?}", report.gate.failing);
    let model = report.model.as_ref().unwrap();
    assert!(model.terms.iter().all(|own| own.marginal_change.is_none()));
    assert!(report.validation.as_ref().is_none_or(|own| own.bins.is_empty()));
    assert!(!report.sentences.is_empty());
    assert!(!report.sentences.join(" ").contains("probability"));
}

#[test]
fn too_few_data_give_counts_and_no_sentence() {
    let report = report(&panel(60, 3));
    assert_eq!(report.gate.level, 0);
    assert!(report.gate.failing.iter().any(|own| own.contains("churns of 30 needed")), "{:?}", report.gate);
    assert!(report.model.is_none() && report.sentences.is_empty());
    assert_eq!(report.by_colour.iter().map(|own| own.renewed.n).sum::<usize>(), 60);
}

#[test]
fn one_outcome_only_is_refused_in_words() {
    let mut all_renewed = panel(300, 4);
    all_renewed.rows.retain(|row| row.decision.is_renewed());
    let refused = report(&all_renewed).refused.unwrap();
    assert!(refused.contains("were renewed") && refused.contains("longer window"), "{refused}");
    let mut nothing_known = panel(300, 4);
    nothing_known.rows.iter_mut().for_each(|row| row.seen.tenure_days = None);
    let refused = report(&nothing_known).refused.unwrap();
    assert!(refused.contains("tenure is not known for 300 of them"), "{refused}");
    let empty = Panel { rows: Vec::new(), history: Vec::new(), ..panel(10, 4) };
    assert_eq!(report(&empty).gate.level, 0);
}

#[test]
fn decisions_made_by_the_as_of_day_are_left_out_and_counted() {
    let mut own = panel(400, 5);
    own.rows[0].seen.early = Some(Early::Signed);
    own.rows[1].seen.early = Some(Early::Notice);
    own.rows[2].seen.is_customer = false;
    own.rows[3].seen.components[1] = None;
    own.open = own.history[..7].to_vec();
    let counts = report(&own).counts;
    let found = [counts.n_due, counts.n_open, counts.n_decided, counts.n_early_signed, counts.n_early_notice];
    assert_eq!(found, [407, 7, 400, 1, 1]);
    assert_eq!((counts.n_not_customer, counts.n_unknown, counts.n_used), (1, 1, 396));
    let missing = counts.missing.iter().find(|own| own.column == "engagement").unwrap();
    assert_eq!(missing.n, 1);
    assert_eq!(counts.n_renewed + counts.n_churned, 396);
}

#[test]
fn a_component_that_is_mostly_unknown_has_no_coefficient() {
    let mut own = panel(1_500, 6);
    for row in own.rows.iter_mut().chain(&mut own.history).step_by(2) {
        row.seen.components[0] = None;
    }
    let report = report(&own);
    let terms: Vec<&str> = report.model.as_ref().unwrap().terms.iter().map(|own| own.term.as_str()).collect();
    assert_eq!(terms, ["engagement", "adoption", "roi"]);
    assert!(report.assumptions.iter().any(|own| own.starts_with("deployment is not known for 50 %")));
}

#[test]
fn other_leads_are_looked_at_without_a_component_that_nobody_has() {
    let mut own = panel(1_500, 5);
    for row in own.rows.iter_mut().chain(&mut own.history) {
        row.seen.components[0] = None;
        row.at_leads.iter_mut().for_each(|components| components[0] = None);
    }
    let report = report(&own);
    assert_eq!(check(&report, "lead_decay").passed, Some(true), "{}", check(&report, "lead_decay").words);
    assert!(report.leads.iter().all(|lead| lead.n == 1_500 && lead.auc.is_some()));
}

#[test]
fn what_was_recorded_late_trains_nothing_before() {
    let n_train = |panel: &Panel| -> Vec<usize> {
        report(panel).validation.unwrap().folds.iter().map(|fold| fold.n_train).collect()
    };
    let mut own = panel(1_500, 5);
    let (before, last) = (n_train(&own), day("2025-11-30"));
    // Somebody typed in the renewals of two years on one day.
    let late = own.history.iter_mut().filter(|row| row.decision.is_renewed()).take(100);
    late.for_each(|row| row.decision.known_on = last);
    let after = n_train(&own);
    assert_eq!(before.iter().zip(&after).map(|(before, after)| before - after).collect::<Vec<_>>(), [100; 4]);
}

#[test]
fn a_segment_of_one_account_has_no_column() {
    let mut own = panel(1_500, 8);
    // One account with 25 products, all of a segment of its own.
    for row in own.rows.iter_mut().take(25) {
        row.decision.account = AccountId("large".to_owned());
        row.seen.segment = Some("government".to_owned());
    }
    let report = report(&own);
    let model = report.model.unwrap();
    let adjusted: Vec<&str> = model.adjusted_for.iter().map(|own| own.term.as_str()).collect();
    assert_eq!(adjusted, ["log(arr)", "tenure_years", "segment[smb]"]);
    assert!(model.interval_kind.starts_with("cv3 by account"), "{}", model.interval_kind);
}

#[test]
fn what_was_not_looked_at_is_not_called_passed() {
    let mut own = panel(300, 6);
    own.rows.iter_mut().for_each(|row| row.decision.outcome = RenewalOutcome::RenewedFlat);
    own.rows[4].decision.outcome = RenewalOutcome::Churned;
    let report = report(&own);
    let check = check(&report, "single_feature");
    assert_eq!((check.passed, check.words.contains("0.500")), (None, false), "{}", check.words);
}

#[test]
fn without_any_component_nothing_is_asked() {
    let mut own = panel(300, 6);
    own.rows.iter_mut().for_each(|row| row.seen.components = [None; 4]);
    let report = report(&own);
    let refused = report.refused.unwrap();
    assert!(refused.contains("no component is known for enough of 300 renewals"), "{refused}");
    assert_eq!((report.gate.level, report.model.is_none()), (0, true));
}

#[test]
fn a_score_written_after_the_outcome_rings_the_alarm() {
    let mut own = panel(1_500, 7);
    for row in own.rows.iter_mut().chain(&mut own.history) {
        // As if someone had put the account on red once it had left.
        row.seen.components[1] =
            Some(if row.decision.is_renewed() { 85.0 } else { 5.0 } + row.seen.components[1].unwrap() / 50.0);
    }
    let barred = report(&own);
    let found = check(&barred, "single_feature");
    assert_eq!((found.passed, found.bars), (Some(false), true));
    assert_eq!(found.sign_off, ["engagement", "model"], "{}", found.words);
    assert!(
        found.words.contains("until somebody who has looked signs off engagement and model"),
        "{}",
        found.words
    );
    assert_eq!((barred.gate.level, barred.model.is_none(), barred.sentences.len()), (0, true, 0));
    assert!(
        barred.gate.failing.iter().any(|own| own.contains("single_feature")),
        "{:?}",
        barred.gate.failing
    );
    // Part of it is not enough; all of it, and it is a warning that stands in the report.
    let half = drivers(&own, &["engagement".to_owned()]).unwrap().report;
    assert_eq!(
        (half.gate.level, &check(&half, "single_feature").sign_off[..]),
        (0, &["model".to_owned()][..])
    );
    let signed = drivers(&own, &["engagement".to_owned(), "model".to_owned()]).unwrap().report;
    let found = check(&signed, "single_feature");
    assert_eq!((found.passed, found.bars, found.sign_off.len()), (Some(false), false, 0));
    assert!(found.words.ends_with("signed off, by whoever asked, as known before"), "{}", found.words);
    assert!(signed.gate.level >= 1 && signed.model.is_some(), "{:?} {:?}", signed.gate, signed.refused);
    let error = check_signed_off(&["segment[smb]".to_owned(), "mood".to_owned()]).unwrap_err().to_string();
    assert!(error.contains("mood is signed off and no column") && error.contains("engagement"), "{error}");
}

#[test]
fn rows_that_differ_on_replay_bar_every_claim() {
    let report = report(&Panel { replayed: (1_500, 3), ..panel(1_500, 8) });
    assert!(check(&report, "replay").words.starts_with("3 of 1500 rows differ"));
    assert_eq!(report.gate.level, 0);
}

#[test]
fn a_jump_between_leads_warns_and_bars_nothing() {
    let (mut own, mut drawn) = (panel(1_500, 1), Drawn(90));
    for row in &mut own.rows {
        row.at_leads[2] = [0; 4].map(|_| Some(100.0 * drawn.next()));
    }
    let report = report(&own);
    let decay = check(&report, "lead_decay");
    assert_eq!((decay.passed, decay.bars), (Some(false), false), "{}", decay.words);
    assert!(decay.words.contains("jumps between 90 and 180 days"), "{}", decay.words);
    assert_eq!(report.gate.level, 2, "{:?} {:?}", report.gate.failing, report.refused);
    assert_eq!(report.leads.iter().map(|own| own.lead_days).collect::<Vec<_>>(), [30, 90, 180, 365]);
}

#[test]
fn the_same_panel_gives_the_same_report_and_order_does_not_matter() {
    let own = panel(700, 10);
    let mut turned = own.clone();
    turned.rows.reverse();
    let (first, second) = (report(&own), report(&own));
    assert_eq!(first, second);
    let other = report(&turned);
    assert_eq!(first.counts, other.counts);
    let odds = |report: &DriversReport| {
        report.model.as_ref().unwrap_or_else(|| panic!("{:?}", report.gate)).terms[2].odds_ratio.estimate
    };
    assert!((odds(&first) / odds(&other) - 1.0).abs() < 1e-9);
}
