//! Amounts and exchange rates.

use std::collections::BTreeMap;

/// Fixed rates into one reporting currency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// The reporting currency; `None` where nothing has said one yet.
    pub currency: Option<String>,
    /// What one unit of another currency is worth in the reporting currency.
    pub rates: BTreeMap<String, f64>,
}

impl Rates {
    /// Cents of the reporting currency; `None` where no rate is known. An empty currency is the reporting one.
    pub fn convert(&self, cents: i64, currency: Option<&str>) -> Option<i64> {
        match currency {
            None => Some(cents),
            Some(code) if self.currency.as_deref().is_none_or(|own| own == code) => Some(cents),
            Some(code) => self.rates.get(code).map(|rate| (cents as f64 * rate).round() as i64),
        }
    }
}

/// Reads a decimal amount into cents: at most two digits after the point, no separators of thousands.
pub fn parse_cents(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Digits beyond the cent are rounded half up: exports of other systems carry binary noise there.
    let mut cents = 0;
    for place in 0..2 {
        cents = cents * 10 + fraction.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
    }
    if fraction.as_bytes().get(2).is_some_and(|byte| *byte >= b'5') {
        cents += 1;
    }
    whole.checked_mul(100)?.checked_add(cents)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_to_the_cent() {
        for (text, cents) in [
            ("12", 1200),
            ("12.3", 1230),
            ("-0.05", -5),
            (".5", 50),
            ("1.005", 101),
            ("0.1999999", 20),
            ("+3.", 300),
        ] {
            assert_eq!(parse_cents(text), Some(cents), "{text}");
        }
        for wrong in ["", ".", "1,200", "1e3", "--1", "12€", "99999999999999999999"] {
            assert_eq!(parse_cents(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_currency_without_a_rate_does_not_convert() {
        let rates = Rates { currency: Some("EUR".into()), rates: BTreeMap::from([("USD".into(), 0.9)]) };
        assert_eq!(rates.convert(1000, Some("USD")), Some(900));
        assert_eq!(rates.convert(1000, Some("EUR")), Some(1000));
        assert_eq!(rates.convert(1000, None), Some(1000));
        assert_eq!(rates.convert(1000, Some("GBP")), None);
    }
}
