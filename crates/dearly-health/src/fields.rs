//! The named fields that conditions of the workbook read, and segments.

use dearly_domain::Attribute;
use dearly_workbook::condition::Fields;

use crate::as_of::AsOf;

/// The fields of the account on the day that the condition names. A field that is not there is no data.
pub(crate) fn of(as_of: &AsOf<'_>, references: &[String]) -> Fields {
    let mut fields = Fields::new();
    for name in references {
        set(&mut fields, as_of, name);
    }
    fields
}

/// Whether the account belongs to the segment: one that the workbook defines, else the plain attribute.
pub(crate) fn belongs(as_of: &AsOf<'_>, segment: &str) -> bool {
    match as_of.workbook.segments.iter().find(|candidate| candidate.id == segment) {
        // The workbook has refused segments that refer to each other in a circle.
        Some(defined) => defined.when.holds(&of(as_of, defined.when.references())) == Some(true),
        None => as_of.account().and_then(|account| account.segment.as_deref()) == Some(segment),
    }
}

fn set(fields: &mut Fields, as_of: &AsOf<'_>, name: &str) {
    let key = name.to_owned();
    if let Some(segment) = name.strip_prefix("segment.") {
        return fields.set(key, belongs(as_of, segment));
    }
    let account = as_of.account();
    if let Some(attribute) = name.strip_prefix("account.attributes.") {
        return match account.and_then(|account| account.attributes.get(attribute)) {
            Some(Attribute::Boolean(value)) => fields.set(key, *value),
            Some(Attribute::Integer(number)) => fields.set(key, *number),
            Some(Attribute::Decimal(number)) => fields.set(key, *number),
            Some(Attribute::Text(text)) => fields.set(key, text.clone()),
            None => {}
        };
    }
    match name {
        "account.arr_cents" => fields.set(key, as_of.columns.arr_cents(as_of.day)),
        "account.age_days" => fields.set(key, as_of.start.map(|start| i64::from(as_of.day - start))),
        "account.days_to_renewal" => fields.set(key, as_of.renews_on().map(|on| i64::from(on - as_of.day))),
        // Zero is zero only when people are recorded at all.
        "account.champions" => {
            fields.set(key, as_of.has(&as_of.columns.people).then(|| as_of.champions().0 as i64));
        }
        "account.champion_left_days" => fields.set(key, as_of.champions().1.map(i64::from)),
        "account.key_people" => {
            fields.set(key, as_of.has(&as_of.columns.people).then(|| as_of.key_people().len() as i64));
        }
        _ => {
            let Some(account) = account else { return };
            match name {
                "account.external_id" => fields.set(key, account.external_id.0.clone()),
                "account.name" => fields.set(key, account.name.clone()),
                "account.parent" => fields.set(key, account.parent.as_ref().map(|parent| parent.0.clone())),
                "account.segment" => fields.set(key, account.segment.clone()),
                "account.tier" => fields.set(key, account.tier),
                "account.industry" => fields.set(key, account.industry.clone()),
                "account.region" => fields.set(key, account.region.clone()),
                "account.stage" => fields.set(key, account.stage.clone()),
                "account.csm" => fields.set(key, account.csm.clone()),
                _ => {}
            }
        }
    }
}
