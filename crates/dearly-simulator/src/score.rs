//! The scores that the law looks at: those of `dearly-health` itself.

use dearly_domain::Day;
use dearly_health::Engine;
use dearly_health::facts::{AccountFacts, BookFacts};

use crate::law::ComponentScores;

/// The component scores of the outcomes scorecard as of a day; empty where a component is unknown.
pub fn score_components(
    engine: &Engine<'_>,
    facts: &AccountFacts,
    book: &BookFacts,
    as_of: Day,
) -> ComponentScores {
    let days = engine.score(facts, book, &[as_of]);
    let component = |id: &str| days[0].outcomes.component(id).and_then(|component| component.score);
    ComponentScores {
        deployment: component("deployment"),
        engagement: component("engagement"),
        adoption: component("adoption"),
        roi: component("roi"),
    }
}
