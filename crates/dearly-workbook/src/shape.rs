//! The one table of what a workbook may hold: which fields each kind has, what each takes and what it means.
//!
//! Decoding takes the known field names from here and the JSON Schema for editors is written from here, so that the
//! two cannot drift apart.

/// An object with named fields.
pub(crate) struct Shape {
    /// Its name: the `kind` of a document, the kind of a measure's value, the definition in the schema.
    pub(crate) name: &'static str,
    /// What messages call it, as in `a measure`.
    pub(crate) called: &'static str,
    /// What it is, for editors.
    pub(crate) meaning: &'static str,
    /// Its fields in the order in which they are best written.
    pub(crate) fields: &'static [Member],
}

impl Shape {
    /// The names of its fields.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|member| member.name)
    }
}

/// A field of an object.
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether the object is nothing without it.
    pub(crate) required: bool,
    /// What it takes.
    pub(crate) form: Form,
    /// What it means, for editors.
    pub(crate) meaning: &'static str,
}

/// What a field takes.
pub(crate) enum Form {
    /// The name of the kind itself.
    Kind,
    /// A word of small letters, digits and `_`.
    Id,
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// `60%` or `0.6`.
    Share,
    /// `28d`, from this many days.
    Days(i32),
    /// A three-letter currency.
    Currency,
    /// CEL over the fields of an account.
    Condition,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One text, or a list of them.
    Texts,
    /// A list.
    List(&'static Form),
    /// Names with a value each.
    Map(Name, &'static Form),
    /// Any of these.
    Either(&'static [Form]),
    /// An object.
    Object(&'static Shape),
    /// What a measure measures: one of [`VALUES`].
    Value,
    /// How a value becomes points.
    Points,
}

/// What the names of a map are.
#[derive(Clone, Copy)]
pub(crate) enum Name {
    /// Ids of small letters, digits and `_`.
    Id,
    /// Currencies of three capitals.
    Currency,
    /// Tiers, from 1.
    Tier,
    /// Whatever the book calls them.
    Any,
}

impl Name {
    /// The regular expression that such a name matches.
    pub(crate) fn pattern(self) -> Option<&'static str> {
        match self {
            Name::Id => Some("^[a-z][a-z0-9_]*$"),
            Name::Currency => Some("^[A-Z]{3}$"),
            Name::Tier => Some("^[1-9][0-9]?$"),
            Name::Any => None,
        }
    }
}

const fn must(name: &'static str, form: Form, meaning: &'static str) -> Member {
    Member { name, required: true, form, meaning }
}

const fn may(name: &'static str, form: Form, meaning: &'static str) -> Member {
    Member { name, required: false, form, meaning }
}

const KIND: Member = must("kind", Form::Kind, "what this document configures");
const ID_OF_ONE: Member = may("id", Form::Id, "not needed: there is one such document");
const LABEL: Member = may("label", Form::Text, "what people call it");
const LONGEST_WINDOW: &str = "the days looked at, the day itself included, as in `28d`";

/// The words of `missing`.
pub(crate) const MISSING: &[&str] = &["leave_out", "zero"];
/// The words of `score`.
pub(crate) const SCORES: &[&str] = &["outcomes", "experience"];
/// The words of a cap's `at_most`.
pub(crate) const CAP_COLOURS: &[&str] = &["red", "yellow"];
/// The words of a limit's `when`.
pub(crate) const LIMITS: &[&str] =
    &["basic_step_missing", "basic_steps_done", "no_executive", "severity_one_past_due"];
/// The words of `per`.
pub(crate) const PER: &[&str] = &["activated_licences", "entitled_seats", "one"];
/// The words of a usage trend's `of`.
pub(crate) const TREND_OF: &[&str] = &["active_users", "events"];
/// The words of a usage trend's `against`.
pub(crate) const TREND_AGAINST: &[&str] = &["previous", "last_year"];
/// The most users that a measure may ask for.
pub(crate) const MOST_USERS: i64 = 1_000_000;
/// The words of an NPS's `of`.
pub(crate) const NPS_OF: &[&str] = &["lowest_key_person", "everybody"];

/// The kinds of documents.
pub(crate) const KINDS: &[&Shape] = &[&ORGANISATION, &SEGMENT, &ENGAGEMENT, &FEATURES, &SETUP, &SCORECARD];

/// `kind: organisation`
pub(crate) const ORGANISATION: Shape = Shape {
    name: "organisation",
    called: "the organisation",
    meaning: "Currency, fiscal year, time zone, grace and labels of the whole organisation.",
    fields: &[
        KIND,
        ID_OF_ONE,
        may(
            "currency",
            Form::Currency,
            "the reporting currency; empty: the one that most terms of the book are in",
        ),
        may(
            "rates",
            Form::Map(Name::Currency, &Form::Number(0.0, f64::INFINITY)),
            "what one unit of another currency is worth in the reporting currency",
        ),
        may(
            "fiscal_year_starts_in",
            Form::Whole(1, 12),
            "the month, 1 to 12, in which the fiscal year starts",
        ),
        may(
            "time_zone",
            Form::Text,
            "the IANA time zone whose days count, as in `Europe/Berlin`; empty: UTC",
        ),
        may("grace", Form::Days(0), "how long after its due day a term may still be renewed"),
        may(
            "account_property",
            Form::Text,
            "the event property that names the account where the event does not",
        ),
        may(
            "labels",
            Form::Map(Name::Any, &Form::Text),
            "what to call things on pages, by the id of what is called so",
        ),
    ],
};

/// `kind: segment`
pub(crate) const SEGMENT: Shape = Shape {
    name: "segment",
    called: "a segment",
    meaning: "A saved group of accounts by rule.",
    fields: &[
        KIND,
        must("id", Form::Id, "how scorecards and conditions (`segment.<id>`) name it"),
        LABEL,
        must("when", Form::Condition, "which accounts belong to it, as in `account.tier == 1`"),
    ],
};

/// `kind: engagement`
pub(crate) const ENGAGEMENT: Shape = Shape {
    name: "engagement",
    called: "the engagement",
    meaning: "Who must be met how often, and how often business is reviewed.",
    fields: &[
        KIND,
        ID_OF_ONE,
        may(
            "key_roles",
            Form::Map(Name::Any, &Form::Days(1)),
            "within how many days a person of each key role must be met; of several roles the shortest counts",
        ),
        may("executive_roles", Form::List(&Form::Text), "which key roles count as executive"),
        may(
            "exceptions",
            Form::List(&Form::Object(&EXCEPTION)),
            "other days for some accounts; the last that fits wins",
        ),
        may(
            "business_reviews",
            Form::Map(Name::Tier, &Form::Days(1)),
            "how often business is reviewed, by tier; a tier not named has no reviews",
        ),
        may(
            "required_roles",
            Form::Map(Name::Tier, &Form::List(&Form::Text)),
            "roles that an account of a tier must have a person for",
        ),
    ],
};

/// An entry of `exceptions`.
pub(crate) const EXCEPTION: Shape = Shape {
    name: "exception",
    called: "an exception",
    meaning: "Days that differ for accounts of a tier or in a stage.",
    fields: &[
        may("tier", Form::Whole(1, 99), "only accounts of this tier"),
        may("stage", Form::Text, "only accounts in this lifecycle stage"),
        must(
            "key_roles",
            Form::Map(Name::Any, &Form::Days(1)),
            "within how many days each role must be met there",
        ),
    ],
};

/// `kind: features`
pub(crate) const FEATURES: Shape = Shape {
    name: "features",
    called: "the features",
    meaning: "What of the product's use matters: sticky features and end-to-end workflows.",
    fields: &[
        KIND,
        ID_OF_ONE,
        may("sticky", Form::List(&Form::Text), "names of events whose regular use goes with staying"),
        may("workflows", Form::Map(Name::Id, &Form::Object(&WORKFLOW)), "end-to-end workflows"),
    ],
};

/// An entry of `workflows`.
pub(crate) const WORKFLOW: Shape = Shape {
    name: "workflow",
    called: "a workflow",
    meaning: "Steps in order by one user within a time.",
    fields: &[
        LABEL,
        must("steps", Form::List(&Form::Text), "names of events, in order"),
        may("within", Form::Days(1), "the time from the first step to the last; 7d"),
        may(
            "expected_per_user",
            Form::Number(0.0, 10_000.0),
            "how many completions an active user is expected to reach in 28 days; 1",
        ),
    ],
};

/// `kind: setup`
pub(crate) const SETUP: Shape = Shape {
    name: "setup",
    called: "the setup",
    meaning: "Set-up steps that each product requires.",
    fields: &[
        KIND,
        ID_OF_ONE,
        may(
            "products",
            Form::Map(Name::Any, &Form::List(&Form::Either(&[Form::Text, Form::Object(&STEP)]))),
            "the steps of each product; `*` stands for every product not named",
        ),
    ],
};

/// An entry of a product's steps.
pub(crate) const STEP: Shape = Shape {
    name: "step",
    called: "a step",
    meaning: "A required set-up step.",
    fields: &[
        must("step", Form::Text, "its name as in the book's `steps`"),
        may("basic", Form::Flag, "whether nothing works without it; false"),
    ],
};

/// `kind: scorecard`
pub(crate) const SCORECARD: Shape = Shape {
    name: "scorecard",
    called: "a scorecard",
    meaning: "A weighted score of components, each made of measures.",
    fields: &[
        KIND,
        must("id", Form::Id, "its id"),
        LABEL,
        may(
            "score",
            Form::Word(SCORES),
            "which of the two scores it makes; the id where that is one of the two",
        ),
        may("for", Form::Object(&FOR), "whom it is for; the first scorecard that fits an account applies"),
        may("bands", Form::Object(&BANDS), "where yellow and green begin; 50 and 75"),
        may(
            "minimum_coverage",
            Form::Share,
            "the share of applicable weight that must be present, of each component and of the whole; 60%",
        ),
        may("new_for", Form::Days(0), "how long an account is too new for a colour; 30d"),
        may(
            "missing",
            Form::Word(MISSING),
            "what a missing measure does: its weight goes to the others, or it counts as 0",
        ),
        must("components", Form::Map(Name::Id, &Form::Object(&COMPONENT)), "what the score is made of"),
        may("caps", Form::List(&Form::Object(&CAP)), "conditions that hold the score down"),
    ],
};

/// `for` of a scorecard.
pub(crate) const FOR: Shape = Shape {
    name: "for",
    called: "`for`",
    meaning: "Whom a scorecard is for.",
    fields: &[must("segment", Form::Texts, "ids of segments; an account in any of them fits")],
};

/// `bands` of a scorecard.
pub(crate) const BANDS: Shape = Shape {
    name: "bands",
    called: "bands",
    meaning: "Where yellow and green begin, on 0 to 100.",
    fields: &[
        must("yellow", Form::Number(0.0, 100.0), "the least yellow score"),
        must("green", Form::Number(0.0, 100.0), "the least green score"),
    ],
};

/// An entry of `components`.
pub(crate) const COMPONENT: Shape = Shape {
    name: "component",
    called: "a component",
    meaning: "A group of measures with a score of its own.",
    fields: &[
        LABEL,
        must(
            "weight",
            Form::Number(0.0, f64::INFINITY),
            "its share of the score, relative to the other components",
        ),
        may("require", Form::List(&Form::Text), "facets without which the component is unknown"),
        must("measures", Form::Map(Name::Id, &Form::Object(&MEASURE)), "what the component is made of"),
    ],
};

/// An entry of `measures`.
pub(crate) const MEASURE: Shape = Shape {
    name: "measure",
    called: "a measure",
    meaning: "One input of a score.",
    fields: &[
        LABEL,
        may("facet", Form::Text, "the facet it belongs to, as in `breadth`"),
        must("weight", Form::Number(0.0, f64::INFINITY), "its share of the component; 0 switches it off"),
        must("value", Form::Value, "what is measured"),
        must("points", Form::Points, "how the value becomes points from 0 to 100"),
        may("limits", Form::List(&Form::Object(&LIMIT)), "bounds on the points, applied after them"),
    ],
};

/// An entry of `limits`.
pub(crate) const LIMIT: Shape = Shape {
    name: "limit",
    called: "a limit",
    meaning: "A bound on a measure's points.",
    fields: &[
        must("when", Form::Word(LIMITS), "when it applies"),
        may("at_most", Form::Number(0.0, 100.0), "no more points than this"),
        may("at_least", Form::Number(0.0, 100.0), "no fewer points than this"),
    ],
};

/// An entry of `caps`.
pub(crate) const CAP: Shape = Shape {
    name: "cap",
    called: "a cap",
    meaning: "A condition that holds the whole score down.",
    fields: &[
        LABEL,
        must("when", Form::Condition, "when it binds, as in `account.champions == 0`"),
        must("at_most", Form::Word(CAP_COLOURS), "the highest colour that remains possible"),
    ],
};

const fn within(least: i32) -> Member {
    may("within", Form::Days(least), LONGEST_WINDOW)
}

const PER_MEMBER: Member = may("per", Form::Word(PER), "what the count of users is divided by");
const FEATURE_SET: Member =
    may("features", Form::Either(&[Form::Word(&["sticky"]), Form::Texts]), "`sticky`, or names of events");
const SEVERITY_UP_TO: Member =
    may("severity_up_to", Form::Whole(1, 99), "only tickets of this severity or worse; 1 is the worst; 2");
const NO_PLAN_UNTIL: Member = may(
    "no_plan_until",
    Form::Days(0),
    "how long an account may be without a plan before that counts against it",
);

const fn value(name: &'static str, meaning: &'static str, fields: &'static [Member]) -> Shape {
    Shape { name, called: name, meaning, fields }
}

/// What a measure can measure.
pub(crate) const VALUES: &[Shape] = &[
    value("licence_utilisation", "Activated of entitled seats, 0 to 1.", &[]),
    value("setup_steps_done", "Required set-up steps done, 0 to 1.", &[]),
    value("products_live", "Products with an active user of the products bought, 0 to 1.", &[within(1)]),
    value("active_users", "Users with an event in the window.", &[within(1), PER_MEMBER]),
    value(
        "healthy_active_users",
        "Users active on at least so many days of the window.",
        &[
            may("days_at_least", Form::Whole(1, 366), "active days that make a user healthy; 10"),
            within(1),
            PER_MEMBER,
        ],
    ),
    value("login_frequency", "Mean active days of an active user in the window.", &[within(1)]),
    value(
        "stickiness",
        "Mean daily active users of the active users of the window, 0 to 1.",
        &[within(1), may("working_days", Form::Flag, "whether only Monday to Friday count; true")],
    ),
    value("feature_use", "Share of active users who used any of the features.", &[FEATURE_SET, within(1)]),
    value(
        "features_in_regular_use",
        "Share of the features that are in regular use.",
        &[
            FEATURE_SET,
            may("by_at_least", Form::Share, "by which share of active users; 20%"),
            may("days_at_least", Form::Whole(1, 366), "by each on how many days; 4"),
            within(1),
        ],
    ),
    value(
        "features_used",
        "Share of the features used by at least so many users.",
        &[
            FEATURE_SET,
            may("by_at_least", Form::Whole(1, MOST_USERS), "how many users it takes; 3"),
            within(1),
        ],
    ),
    value(
        "workflow_completion",
        "Completed of expected end-to-end workflows.",
        &[may("workflows", Form::Texts, "ids of workflows of `features`; empty: all"), within(1)],
    ),
    value(
        "usage_trend",
        "The window against an earlier one, less 1: -0.2 is a fall by 20 %.",
        &[
            may("of", Form::Word(TREND_OF), "what is followed; active_users"),
            may(
                "against",
                Form::Word(TREND_AGAINST),
                "the window before, or the same weeks of the last year (364 days earlier); previous",
            ),
            within(1),
        ],
    ),
    value("key_people_met", "Key people met within their days, 0 to 1.", &[]),
    value("multithreading", "Distinct key roles met in the window.", &[within(1)]),
    value(
        "days_since_activity",
        "Days since the last activity.",
        &[may("types", Form::Texts, "only activities of these types; empty: any")],
    ),
    value("business_review_held", "Days since the last business review by the cadence of the tier.", &[]),
    value(
        "verified_outcomes",
        "2: an outcome verified in the window; 1: completed but not verified, or the account is younger than the window; 0: none.",
        &[within(1), NO_PLAN_UNTIL],
    ),
    value(
        "plan_on_track",
        "Objectives completed by their due day of the objectives due, 0 to 1.",
        &[NO_PLAN_UNTIL],
    ),
    value("plan_accepted", "2: accepted in the window; 1: accepted before; 0: not accepted.", &[within(1)]),
    value(
        "nps",
        "Net promoter answers: the lowest of the key people, 0 to 10, or everybody's score, -100 to 100.",
        &[may("of", Form::Word(NPS_OF), "whose answers count; lowest_key_person"), within(1)],
    ),
    value("csat", "Satisfied of all answers, 0 to 1.", &[within(1)]),
    value("ces", "Mean effort answer, 1 to 7.", &[within(1)]),
    value("open_tickets", "Unresolved tickets.", &[SEVERITY_UP_TO]),
    value("tickets_past_sla", "Unresolved tickets past their due time.", &[SEVERITY_UP_TO]),
    value(
        "tickets_opened",
        "Tickets opened in the window.",
        &[
            may("categories", Form::Texts, "only tickets of these categories; empty: any"),
            within(1),
            may("per_100_active_users", Form::Flag, "whether the count is scaled to 100 active users; false"),
        ],
    ),
    value(
        "time_to_resolve",
        "Median hours to resolution of the tickets resolved in the window.",
        &[within(1)],
    ),
    value(
        "overdue_invoices",
        "Unpaid invoices past due.",
        &[may("more_than", Form::Days(0), "by more than this many days; 60d")],
    ),
    value("open_escalations", "The worst open escalation: 0 none, 1 low, 2 medium, 3 high, 4 critical.", &[]),
    value(
        "judgement",
        "Mean of each rater's last rating, 1 to 5.",
        &[may("expires_after", Form::Days(1), "how long a rating counts that names no end; 90d")],
    ),
    value(
        "attribute",
        "A number among the account's custom attributes.",
        &[must("name", Form::Text, "the name of the attribute")],
    ),
    value("arr_change", "Recurring revenue against the start of the window, less 1.", &[within(1)]),
    value("tenure", "Full months since the account's start.", &[]),
    value(
        SQL,
        "The column `value` of a statement in SQL, by its column `account`; `:as_of` in it is the day that is scored.",
        &[],
    ),
];

/// The kind of value that is a statement, and not a name with parameters.
pub(crate) const SQL: &str = "sql";
