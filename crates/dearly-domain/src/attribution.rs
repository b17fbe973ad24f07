//! Whose event it is (docs/RULES.md).

use std::fmt;

/// By what an event was attributed to its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribution {
    /// The event names the account itself, as its group.
    Group,
    /// A property of the event, the one that the workbook names, holds the account.
    Property,
    /// The user of the event is a member of the account.
    Membership,
}

impl Attribution {
    /// Every kind, in the order in which they are tried.
    pub const ALL: [Attribution; 3] = [Attribution::Group, Attribution::Property, Attribution::Membership];

    /// The kind as it stands in files and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Attribution::Group => "group",
            Attribution::Property => "property",
            Attribution::Membership => "membership",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Attribution> {
        Attribution::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Attribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
