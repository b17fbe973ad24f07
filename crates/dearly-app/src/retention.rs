//! Retention of a period on both bases, reconciled.

use std::collections::BTreeMap;

use dearly_domain::renewal::{Renewal, renewals};
use dearly_domain::retention::{BookRetention, DueRetention};
use dearly_domain::{Attribute, Day};
use dearly_health::facts::AccountFacts;

use crate::app::{App, When};
use crate::book::Needs;
use crate::error::{Error, Result};
use crate::view::{self, RetentionGroup, RetentionReport};

/// The attributes that every account can be grouped by.
const ATTRIBUTES: [&str; 6] = ["segment", "tier", "industry", "region", "stage", "csm"];

#[derive(Clone, Default)]
struct Both {
    book: BookRetention,
    due: DueRetention,
}

impl App {
    /// Retention of the days from `from` until before `to`, as known on the day of `when`; `by` names an attribute of
    /// the accounts, which are grouped by its value on the opening day.
    pub async fn retention(
        &self,
        when: When,
        from: Day,
        to: Day,
        by: Option<&str>,
    ) -> Result<RetentionReport> {
        if from >= to {
            return Err(Error::Invalid(format!(
                "from {from} is not before to {to}; to is the day after the last"
            )));
        }
        let in_force = self.in_force().await?;
        let as_of = self.day(when, &in_force.calendar).await?;
        let grace_days = in_force.workbook.organisation.grace_days;
        let mut reader = self.reader(&in_force, when.known_by).await?;
        let ids = reader.accounts().await?;
        // A day that was asked for is the last whose terms are known: the period is then told as far as it goes.
        let last = to.plus_days(-1);
        let closing = when.as_of.map_or(last, |as_of| last.min(as_of));
        // Whether any version of any account has the attribute: one that all have lost since is no slip of the pen.
        let mut is_known = false;
        let mut total = Both::default();
        let mut groups: BTreeMap<Option<String>, Both> = BTreeMap::new();
        reader
            .each(&ids, Needs::Terms, |facts| {
                for facts in &facts {
                    let own = account(facts, from, closing, to, as_of, grace_days);
                    add(&mut total, &own);
                    if let Some(by) = by {
                        is_known |=
                            facts.attributes.iter().any(|held| held.value.attributes.contains_key(by));
                        add(groups.entry(group(facts, by, from.plus_days(-1))?).or_default(), &own);
                    }
                }
                Ok(())
            })
            .await?;
        if let Some(by) = by.filter(|by| !ATTRIBUTES.contains(by))
            && !is_known
            && !groups.is_empty()
        {
            return Err(Error::Invalid(format!(
                "no account has the attribute {by:?}; there are {}, and the custom attributes of accounts",
                ATTRIBUTES.join(", ")
            )));
        }
        let has_any =
            |both: &Both| both.book.n_start > 0 || both.book.new_arr_cents > 0 || both.due.n_due > 0;
        Ok(RetentionReport {
            from,
            to,
            as_of,
            currency: in_force.workbook.organisation.currency.clone(),
            book: book(&total.book),
            due: due(&total.due),
            groups: groups
                .into_iter()
                .filter(|(_, both)| has_any(both))
                .map(|(group, both)| RetentionGroup { group, book: book(&both.book), due: due(&both.due) })
                .collect(),
        })
    }
}

struct Own {
    opening_cents: i64,
    closing_cents: i64,
    due: Vec<Renewal>,
}

fn account(facts: &AccountFacts, from: Day, closing: Day, to: Day, as_of: Day, grace_days: i32) -> Own {
    // Terms as they are known on the day of the report: what happened later in the period is not known on it.
    let on = |day: Day| facts.terms_on(day);
    let arr =
        |day: Day| -> i64 { on(day).iter().filter(|term| term.covers(day)).map(|term| term.arr_cents).sum() };
    Own {
        opening_cents: arr(from.plus_days(-1)),
        closing_cents: arr(closing),
        due: renewals(&on(as_of), grace_days, as_of)
            .into_iter()
            .filter(|renewal| from <= renewal.due_on && renewal.due_on < to)
            .collect(),
    }
}

fn add(both: &mut Both, own: &Own) {
    both.book.add(own.opening_cents, own.closing_cents);
    for renewal in &own.due {
        both.due.add(renewal);
    }
}

/// The value of the attribute on the day; of an account that begins later, its first value.
fn group(facts: &AccountFacts, by: &str, day: Day) -> Result<Option<String>> {
    let held = facts.attributes.iter().find(|held| held.at(day).is_some()).or(facts.attributes.first());
    let Some(account) = held.map(|held| &held.value) else {
        return Ok(None);
    };
    Ok(match by {
        "segment" => account.segment.clone(),
        "tier" => account.tier.map(|tier| tier.to_string()),
        "industry" => account.industry.clone(),
        "region" => account.region.clone(),
        "stage" => account.stage.clone(),
        "csm" => account.csm.clone(),
        other => match account.attributes.get(other) {
            Some(Attribute::Text(text)) => Some(text.clone()),
            Some(Attribute::Integer(number)) => Some(number.to_string()),
            Some(Attribute::Decimal(number)) => Some(number.to_string()),
            Some(Attribute::Boolean(value)) => Some(value.to_string()),
            None => None,
        },
    })
}

fn book(own: &BookRetention) -> view::BookRetention {
    view::BookRetention {
        start_arr_cents: own.start_arr_cents,
        new_arr_cents: own.new_arr_cents,
        churned_arr_cents: own.churned_arr_cents,
        contraction_arr_cents: own.contraction_arr_cents,
        expansion_arr_cents: own.expansion_arr_cents,
        end_arr_cents: own.end_arr_cents,
        n_start: own.n_start,
        n_end: own.n_end,
        gross_revenue_retention: own.gross_revenue_retention(),
        net_revenue_retention: own.net_revenue_retention(),
        logo_retention: own.logo_retention(),
    }
}

fn due(own: &DueRetention) -> view::DueRetention {
    view::DueRetention {
        due_arr_cents: own.due_arr_cents,
        open_arr_cents: own.open_arr_cents,
        renewed_arr_cents: own.renewed_arr_cents,
        churned_arr_cents: own.churned_arr_cents,
        contraction_arr_cents: own.contraction_arr_cents,
        expansion_arr_cents: own.expansion_arr_cents,
        gross_renewal_rate: own.gross_renewal_rate(),
        net_renewal_rate: own.net_renewal_rate(),
        logo_renewal_rate: own.logo_renewal_rate(),
        n_due: own.n_due,
        n_renewed: own.n_renewed,
        n_churned: own.n_churned,
        n_open: own.n_open,
    }
}
