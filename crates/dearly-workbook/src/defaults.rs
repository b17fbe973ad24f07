//! The workbook that ships with Dearly.

use crate::document::Document;

macro_rules! documents {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../defaults/", $path)))),*]
    };
}

const DEFAULTS: [(&str, &str); 7] = documents![
    "engagement.yaml",
    "features.yaml",
    "organisation.yaml",
    "scorecards/experience.yaml",
    "scorecards/outcomes.yaml",
    "segments.yaml",
    "setup.yaml",
];

/// The files of the default workbook, in the order of their paths.
pub fn defaults() -> Vec<Document> {
    DEFAULTS.map(|(path, text)| Document { path: path.to_owned(), text: text.to_owned() }).into()
}
