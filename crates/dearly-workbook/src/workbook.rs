//! What can be asked of a workbook.

use dearly_domain::Calendar;
use dearly_domain::money::Rates;

use crate::condition::Fields;
use crate::decode::parse;
use crate::defaults::defaults;
use crate::model::{Engagement, Organisation, ScoreKind, Scorecard, Segment, Value, Workbook};

const SEGMENT: &str = "segment.";

impl Workbook {
    /// The calendar whose days count.
    pub fn calendar(&self) -> Calendar {
        // A name that is none has been refused when the workbook was read.
        self.organisation.time_zone.as_deref().and_then(Calendar::named).unwrap_or_default()
    }

    /// The rates into the reporting currency.
    pub fn rates(&self) -> Rates {
        Rates { currency: self.organisation.currency.clone(), rates: self.organisation.rates.clone() }
    }

    /// What pages call something: the organisation's word, else its own label, else its id.
    pub fn label<'a>(&'a self, id: &'a str, own: Option<&'a str>) -> &'a str {
        self.organisation.labels.get(id).map(String::as_str).or(own).unwrap_or(id)
    }

    /// The statements in SQL of its measures, each once.
    pub fn statements(&self) -> Vec<&str> {
        let measures = self.scorecards.iter().flat_map(|card| &card.components).flat_map(|own| &own.measures);
        let mut statements: Vec<&str> = measures
            .filter(|measure| measure.weight > 0.0)
            .filter_map(|measure| match &measure.value {
                Value::Sql(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        statements.sort_unstable();
        statements.dedup();
        statements
    }

    /// The segment of this id.
    pub fn segment(&self, id: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.id == id)
    }

    /// Decides every segment and adds `segment.<id>` to the fields; one that cannot be decided stays unknown.
    pub fn decide_segments(&self, fields: &mut Fields) {
        let mut pending: Vec<&Segment> = self.segments.iter().collect();
        while !pending.is_empty() {
            let (ready, waiting): (Vec<_>, Vec<_>) = pending.iter().copied().partition(|segment| {
                segment.segments_needed().all(|id| pending.iter().all(|other| other.id != id))
            });
            // Circles have been refused when the workbook was read.
            if ready.is_empty() {
                return;
            }
            for segment in ready {
                fields.set(format!("{SEGMENT}{}", segment.id), segment.when.holds(fields));
            }
            pending = waiting;
        }
    }

    /// The scorecard that makes this score for an account: the first that fits. [`Workbook::decide_segments`] has
    /// added the account's segments to the fields.
    pub fn scorecard(&self, score: ScoreKind, fields: &Fields) -> Option<&Scorecard> {
        let inside =
            |id: &String| fields.get(&format!("{SEGMENT}{id}")) == Some(&crate::FieldValue::Boolean(true));
        self.scorecards.iter().find(|card| {
            card.score == score && (card.for_segments.is_empty() || card.for_segments.iter().any(inside))
        })
    }
}

impl Segment {
    /// The ids of the segments that its condition asks for.
    pub fn segments_needed(&self) -> impl Iterator<Item = &str> {
        self.when.references().iter().filter_map(|name| name.strip_prefix(SEGMENT))
    }
}

/// The workbook that ships with Dearly.
impl Default for Workbook {
    fn default() -> Workbook {
        parse(&defaults()).workbook.expect("a test parses the default workbook")
    }
}

/// As in the default workbook.
impl Default for Organisation {
    fn default() -> Organisation {
        Organisation {
            currency: None,
            rates: Default::default(),
            fiscal_year_starts_in: 1,
            time_zone: None,
            grace_days: 30,
            account_property: None,
            labels: Default::default(),
        }
    }
}

/// As in the default workbook (rules.md 13).
impl Default for Engagement {
    fn default() -> Engagement {
        let role = |(role, days): (&str, i32)| (role.to_owned(), days);
        Engagement {
            key_roles: [("champion", 30), ("admin", 60), ("executive_sponsor", 90), ("economic_buyer", 90)]
                .map(role)
                .into(),
            executive_roles: ["executive_sponsor", "economic_buyer"].map(str::to_owned).into(),
            exceptions: Vec::new(),
            business_review_days: [(1, 90), (2, 180)].into(),
            required_roles: Default::default(),
        }
    }
}
