//! An answer to a survey.

use crate::book::{Violation, book_file, within};
use crate::id::{AccountId, PersonId, SurveyId};
use crate::time::Instant;

book_file! {
    /// An answer: `nps` (0 to 10), `csat` (to 5) or `ces` (to 7), unless `scale` says otherwise.
    Survey in "surveys", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated SurveyId, true;
    /// Of which account.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// `nps`, `csat` or `ces`.
    kind ["kind"]: Text Undated String, true;
    /// The answer.
    score ["score"]: Decimal Undated f64, true;
    /// When it was given.
    at ["at"]: Instant Began Instant, true;
    /// The highest possible answer.
    scale ["scale"]: Decimal Undated Option<f64>, false;
    /// Who answered.
    person ["person"]: Text Undated Option<PersonId>, false, -> "people";
    /// In their words.
    comment ["comment"]: Text Undated Option<String>, false;
}

impl Survey {
    fn check_cells(&self) -> Result<(), Violation> {
        if !matches!(self.kind.as_str(), "nps" | "csat" | "ces") {
            return Err(Violation {
                column: "kind",
                reason: format!("{:?} is none of nps, csat, ces", self.kind),
            });
        }
        if let Some(scale) = self.scale {
            within("scale", scale, 1.0, 1000.0)?;
        }
        within("score", self.score, 0.0, self.highest())
    }

    /// The highest possible answer.
    pub fn highest(&self) -> f64 {
        self.scale.unwrap_or(match self.kind.as_str() {
            "nps" => 10.0,
            "ces" => 7.0,
            _ => 5.0,
        })
    }
}
