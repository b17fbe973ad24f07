//! What conditions may name: fields of the account and of its people, and segments.

use dearly_domain::Attribute;
use dearly_workbook::model::{Scorecard, Segment};
use dearly_workbook::{FieldValue, Fields};

use super::Naive;

impl Naive<'_> {
    /// Every field that is known on the day. Counts of people are unknown, not 0, where no people are.
    pub(super) fn fields(&self) -> Fields {
        let mut fields = self.own_fields();
        for segment in &self.workbook.segments {
            if let Some(holds) = self.belongs_to(segment) {
                fields.set(format!("segment.{}", segment.id), holds);
            }
        }
        fields
    }

    fn own_fields(&self) -> Fields {
        let mut fields = Fields::default();
        if let Some(account) = self.account() {
            fields.set("account.external_id", account.external_id.as_str());
            fields.set("account.name", account.name.as_str());
            fields.set("account.parent", account.parent.as_ref().map(|parent| parent.as_str()));
            fields.set("account.segment", account.segment.as_deref());
            fields.set("account.tier", account.tier);
            fields.set("account.industry", account.industry.as_deref());
            fields.set("account.region", account.region.as_deref());
            fields.set("account.stage", account.stage.as_deref());
            fields.set("account.csm", account.csm.as_deref());
            for (name, attribute) in &account.attributes {
                let attribute = match attribute.clone() {
                    Attribute::Boolean(flag) => FieldValue::Boolean(flag),
                    Attribute::Integer(number) => FieldValue::Integer(number),
                    Attribute::Decimal(number) => FieldValue::Number(number),
                    Attribute::Text(text) => FieldValue::Text(text),
                };
                fields.set(format!("account.attributes.{name}"), attribute);
            }
        }
        fields.set("account.arr_cents", self.arr_cents());
        fields.set("account.age_days", self.age_days());
        let renews_on = self.covering().iter().filter_map(|term| term.ends_on).min();
        fields.set("account.days_to_renewal", renews_on.map(|day| day - self.d));
        if !self.people().is_empty() {
            fields.set("account.champions", self.champions());
            fields.set("account.champion_left_days", self.champion_left_days());
            fields.set("account.key_people", self.key_people().len());
        }
        fields
    }

    /// Whether the account is in the segment, whose condition may name other segments.
    fn belongs_to(&self, segment: &Segment) -> Option<bool> {
        let mut fields = self.own_fields();
        for other in &self.workbook.segments {
            let name = format!("segment.{}", other.id);
            if segment.when.references().contains(&name)
                && let Some(holds) = self.belongs_to(other)
            {
                fields.set(name, holds);
            }
        }
        segment.when.holds(&fields)
    }

    /// Whether a scorecard is for the account: for everybody, for a segment it is in, or for the class that the book
    /// gives it.
    pub(super) fn fits(&self, scorecard: &Scorecard) -> bool {
        let class = self.account().and_then(|account| account.segment.as_ref());
        let is_in = |asked: &String| {
            let segment = self.workbook.segments.iter().find(|segment| segment.id == *asked);
            class == Some(asked) || segment.and_then(|segment| self.belongs_to(segment)) == Some(true)
        };
        scorecard.for_segments.is_empty() || scorecard.for_segments.iter().any(is_in)
    }
}
