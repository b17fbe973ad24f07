//! A judgement: how a CSM rates the relation, with a reason, for a while.

use crate::book::{Violation, book_file, within};
use crate::id::AccountId;
use crate::time::Day;

book_file! {
    /// A rating from 1 to 5; it expires after 90 days unless `expires_on` says otherwise.
    Judgement in "judgements", key ["account", "by", "on"];
    /// Of which account.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// The e-mail of the rater.
    by ["by"]: Text Undated String, true;
    /// The day of the rating.
    on ["on"]: Day Began Day, true;
    /// 1 is worst, 5 is best.
    rating ["rating"]: Decimal Undated f64, true;
    /// Why.
    reason ["reason"]: Text Undated String, true;
    /// The first day on which it no longer counts.
    expires_on ["expires_on"]: Day Contractual Option<Day>, false;
}

impl Judgement {
    fn check_cells(&self) -> Result<(), Violation> {
        within("rating", self.rating, 1.0, 5.0)
    }
}
