//! A person at an account, with roles and influence.

use crate::book::{Violation, book_file, within};
use crate::id::{AccountId, PersonId};
use crate::time::Day;

book_file! {
    /// A person at an account. `name`, `email` and `title` are personal data.
    Person in "people", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated PersonId, true;
    /// Where they work.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// Their name.
    name ["name"]: Text Undated Option<String>, false;
    /// Their e-mail.
    email ["email"]: Text Undated Option<String>, false;
    /// Their title.
    title ["title"]: Text Undated Option<String>, false;
    /// Their roles: `champion`, `executive_sponsor`, `economic_buyer`, `admin`, `influencer`, `end_user` …
    roles ["roles"]: List Undated Vec<String>, false;
    /// Their influence on the renewal, 0 to 3; 2 and 3 are *with influence*.
    influence ["influence"]: Integer Undated Option<i64>, false;
    /// The day they came.
    since ["since"]: Day Began Option<Day>, false;
    /// The day they left.
    until ["until"]: Day Happened Option<Day>, false;
}

impl Person {
    fn check_cells(&self) -> Result<(), Violation> {
        if let Some(influence) = self.influence {
            within("influence", influence as f64, 0.0, 3.0)?;
        }
        if let (Some(since), Some(until)) = (self.since, self.until)
            && until < since
        {
            return Err(Violation { column: "until", reason: format!("{until} is before since {since}") });
        }
        Ok(())
    }

    /// Whether the person has the role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|candidate| candidate == role)
    }
}
