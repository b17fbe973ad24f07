//! What the reader asks of those who know the store.

/// Questions about a row that only the store and the workbook can answer. Every refusal becomes a reject of that row.
pub trait Checks: Send + Sync {
    /// Whether a row of this key exists in this file of the book, from this import or an earlier one. For references
    /// of a file to itself the reader adds the rows of the file that it takes.
    fn knows(&self, file: &str, key: &str) -> bool;

    /// Whether amounts of the currency can be converted; the reason where not.
    fn convertible(&self, currency: &str) -> Result<(), String> {
        let _ = currency;
        Ok(())
    }

    /// Whether a row of this key may be taken, as `--mode update` and `--mode insert` decide; the reason where not.
    fn admits(&self, file: &str, key: &str) -> Result<(), String> {
        let _ = (file, key);
        Ok(())
    }
}
