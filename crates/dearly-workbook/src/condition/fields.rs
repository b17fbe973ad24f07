//! The values that a condition is asked about.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is known of one account on one day, by full name: `account.tier`, `account.attributes.plan`,
/// `segment.enterprise`. A name that is not there means that nothing is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    values: BTreeMap<Cow<'static, str>, FieldValue>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// A yes or no.
    Boolean(bool),
}

impl Fields {
    /// Nothing known yet.
    pub fn new() -> Fields {
        Fields::default()
    }

    /// Sets a field; a value of `None` makes it unknown.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl IntoField) {
        let name = name.into();
        match value.into_field() {
            Some(value) => drop(self.values.insert(name, value)),
            None => drop(self.values.remove(&name)),
        }
    }

    /// As [`Fields::set`], for building in one expression.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl IntoField) -> Fields {
        self.set(name, value);
        self
    }

    /// What is known of a name.
    pub fn get(&self, name: &str) -> Option<&FieldValue> {
        self.values.get(name)
    }

    /// Every known field in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldValue)> {
        self.values.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether any field's name starts with this.
    pub(super) fn any_below(&self, prefix: &str) -> bool {
        let range = (std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded);
        self.values.range::<str, _>(range).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }
}

/// What can be the value of a field.
pub trait IntoField {
    /// The value; `None` is unknown.
    fn into_field(self) -> Option<FieldValue>;
}

impl IntoField for FieldValue {
    fn into_field(self) -> Option<FieldValue> {
        Some(self)
    }
}

impl<T: IntoField> IntoField for Option<T> {
    fn into_field(self) -> Option<FieldValue> {
        self.and_then(IntoField::into_field)
    }
}

macro_rules! into_field {
    ($($from:ty => $make:expr),* $(,)?) => {$(
        impl IntoField for $from {
            fn into_field(self) -> Option<FieldValue> {
                Some($make(self))
            }
        }
    )*};
}
into_field! {
    String => FieldValue::Text,
    &str => |text: &str| FieldValue::Text(text.to_owned()),
    f64 => FieldValue::Number,
    i64 => FieldValue::Integer,
    i32 => |number: i32| FieldValue::Integer(number.into()),
    usize => |number: usize| FieldValue::Integer(i64::try_from(number).unwrap_or(i64::MAX)),
    bool => FieldValue::Boolean,
}
