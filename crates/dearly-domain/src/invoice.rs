//! An invoice.

use crate::book::{Violation, book_file};
use crate::id::{AccountId, InvoiceId};
use crate::time::Day;

book_file! {
    /// An invoice; a negative amount is a credit.
    Invoice in "invoices", key ["external_id"];
    /// The key.
    external_id ["external_id"]: Text Undated InvoiceId, true;
    /// Who pays.
    account ["account"]: Text Undated AccountId, true, -> "accounts";
    /// Cents of the row's currency.
    amount_cents ["amount"]: Money Undated i64, true;
    /// The currency code; empty is the workbook's.
    currency ["currency"]: Text Undated Option<String>, false;
    /// The day it was issued.
    issued_on ["issued_on"]: Day Began Option<Day>, false;
    /// The day it is due.
    due_on ["due_on"]: Day Contractual Day, true;
    /// The day it was paid.
    paid_on ["paid_on"]: Day Happened Option<Day>, false;
    /// The day a payment failed.
    failed_on ["failed_on"]: Day Happened Option<Day>, false;
}

impl Invoice {
    fn check_cells(&self) -> Result<(), Violation> {
        match self.issued_on {
            Some(issued) if self.due_on < issued => Err(Violation {
                column: "due_on",
                reason: format!("{} is before issued_on {issued}", self.due_on),
            }),
            _ => Ok(()),
        }
    }
}
