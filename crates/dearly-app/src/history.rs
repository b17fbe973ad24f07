//! An account's scores over time.

use dearly_domain::Day;
use dearly_health::Engine;
use dearly_health::score::AccountDay;
use dearly_workbook::model::{Bands, ScoreKind, Workbook};

use crate::app::{App, When, id_of};
use crate::error::{Error, Result};
use crate::score::{Every, colour};
use crate::view::{History, HistoryPoint, ScoreBands};

/// How far back a history goes where nothing else is said.
const DEFAULT_MONTHS: i32 = 12;

/// Where colours begin while no scorecard applies.
const DEFAULT_BANDS: Bands = Bands { yellow: 50.0, green: 75.0 };

impl App {
    /// The account's scores on the days from `from` (12 months before `to`) to `to` (the day of `when`), each as of its
    /// own day.
    pub async fn history(
        &self,
        when: When,
        account: &str,
        from: Option<Day>,
        to: Option<Day>,
        every: Every,
    ) -> Result<History> {
        let mut one = self.one_account(when, account).await?;
        let to = to.unwrap_or(one.day);
        if let Some(as_of) = when.as_of.filter(|as_of| to > *as_of) {
            return Err(Error::Invalid(format!(
                "to {to} is after {as_of}, the day whose knowledge is asked for"
            )));
        }
        let days = every.days(from.unwrap_or(to.plus_months(-DEFAULT_MONTHS)), to)?;
        one.read_statements(self, &days).await?;
        let scored = Engine::new(one.workbook()).score(&one.facts, one.book(), &days);
        let bands = [ScoreKind::Outcomes, ScoreKind::Experience]
            .map(|kind| (id_of(kind).to_owned(), bands(one.workbook(), &scored, kind)));
        Ok(History {
            account: account.to_owned(),
            bands: bands.into(),
            points: scored.iter().map(point).collect(),
        })
    }
}

fn point(scored: &AccountDay) -> HistoryPoint {
    let components = scored.outcomes.components.iter().map(|own| (own.id.clone(), own.score));
    let whole = [("outcomes", scored.outcomes.score), ("experience", scored.experience.score)];
    HistoryPoint {
        day: scored.day,
        scores: components.chain(whole.map(|(id, score)| (id.to_owned(), score))).collect(),
        colour: colour(scored.outcomes.colour),
    }
}

/// The bands of the scorecard of the kind that applied last.
fn bands(workbook: &Workbook, scored: &[AccountDay], kind: ScoreKind) -> ScoreBands {
    let last = scored.iter().rev().find_map(|day| day.score(kind).scorecard);
    let bands = last.map_or(DEFAULT_BANDS, |place| workbook.scorecards[place].bands);
    ScoreBands { yellow: bands.yellow, green: bands.green }
}

#[cfg(test)]
mod tests {
    use dearly_health::facts::{AccountFacts, BookFacts};

    use super::*;
    use crate::account::tests::{day, noun};
    use crate::view::Colour;

    #[test]
    fn points_name_every_score_and_bands_are_those_that_applied() {
        let mut workbook = Workbook::default();
        for card in &mut workbook.scorecards {
            card.bands = Bands { yellow: 40.0, green: 80.0 };
        }
        let facts = AccountFacts {
            attributes: vec![noun(&[
                ("external_id", "a"),
                ("name", "Northwind"),
                ("customer_since", "2024-01-01"),
            ])],
            ..AccountFacts::default()
        };
        let days = Every::Week.days(day("2025-01-01"), day("2025-01-20")).unwrap();
        let scored = Engine::new(&workbook).score(&facts, &BookFacts::default(), &days);
        let points: Vec<HistoryPoint> = scored.iter().map(point).collect();
        assert_eq!(points.len(), 3);
        assert_eq!(points[0].colour, Colour::Unknown);
        let names: Vec<&str> = points[0].scores.keys().map(String::as_str).collect();
        assert_eq!(names, ["adoption", "deployment", "engagement", "experience", "outcomes", "roi"]);
        assert_eq!(bands(&workbook, &scored, ScoreKind::Outcomes).green, 80.0);
        assert_eq!(bands(&workbook, &[], ScoreKind::Experience).green, 75.0);
    }
}
