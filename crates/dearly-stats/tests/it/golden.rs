//! Reading of reference values, and how close is close.

use serde_json::Value;

/// A file of `tests/golden`.
pub(crate) fn golden(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A number.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// A list of numbers.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

/// Asserts a relative difference.
#[track_caller]
pub(crate) fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1e-300);
    assert!(
        found == expected || (found - expected).abs() <= tolerance * scale,
        "{what}: {found:e}, expected {expected:e}, relative difference {:e}",
        (found - expected).abs() / scale
    );
}

/// A list of zeros and ones, or of truths.
pub(crate) fn bools(value: &Value) -> Vec<bool> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item.as_bool().unwrap_or_else(|| number(item) == 1.0))
        .collect()
}
