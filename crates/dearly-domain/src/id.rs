//! Typed ids: an account's id is no person's id.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }
        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An account's `external_id`.
    AccountId,
    /// A person's `external_id`.
    PersonId,
    /// A term's `external_id`.
    SubscriptionId,
    /// An activity's `external_id`.
    ActivityId,
    /// A ticket's `external_id`.
    TicketId,
    /// A survey answer's `external_id`.
    SurveyId,
    /// An invoice's `external_id`.
    InvoiceId,
    /// A success plan's `external_id`.
    PlanId,
    /// An objective's `external_id`.
    ObjectiveId,
    /// An initiative's `external_id`.
    InitiativeId,
    /// An escalation's `external_id`.
    EscalationId,
}
