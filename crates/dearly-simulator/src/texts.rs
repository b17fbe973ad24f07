//! Subjects, notes, reasons: templates, without anything personal.

pub(crate) const MEETING_SUBJECTS: [&str; 10] = [
    "Check-in on the rollout",
    "Open questions from the planning team",
    "Next steps for the coming quarter",
    "Use of scenarios in the monthly cycle",
    "Review of open actions",
    "Priorities for the next release",
    "Forecast accuracy and data quality",
    "Onboarding of the second team",
    "Alignment on goals",
    "Feedback from the planners",
];
pub(crate) const EXECUTIVE_SUBJECTS: [&str; 5] = [
    "Sponsor alignment",
    "Value delivered and plans ahead",
    "Budget and roadmap",
    "Strategic priorities",
    "Executive touchpoint",
];
pub(crate) const TRAINING_SUBJECTS: [&str; 4] =
    ["Administrator training", "Scenario workshop", "Training for new planners", "Office hour on alerts"];
pub(crate) const EMAIL_SUBJECTS: [&str; 6] = [
    "Follow-up and materials",
    "Release notes that matter to you",
    "Invitation to the user group",
    "A short question on your setup",
    "Documents from our last meeting",
    "Your usage in the past month",
];
pub(crate) const GOOD_NOTES: [&str; 5] = [
    "The team works in the tool every week; the next cycle is planned in it.",
    "Positive: the last forecast was signed off a day early.",
    "They asked for more seats to be quoted.",
    "Goals for the quarter confirmed, first result verified.",
    "Happy to speak at the user group.",
];
pub(crate) const FAIR_NOTES: [&str; 5] = [
    "Mixed picture: core team active, second team still on spreadsheets.",
    "Some actions slipped; new dates agreed.",
    "Asked for help with the data connection.",
    "Reporting is fine, scenarios are hardly used.",
    "Waiting for a decision about the rollout.",
];
pub(crate) const POOR_NOTES: [&str; 5] = [
    "Little use since the reorganisation; nobody feels responsible.",
    "They question the value against the price.",
    "The sponsor did not join again.",
    "A competitor has presented to the team.",
    "Planners went back to their own files.",
];

/// Ticket subjects by category.
pub(crate) const TICKET_SUBJECTS: [(&str, f64, &[&str]); 6] = [
    (
        "how_to",
        0.30,
        &["How do we copy a scenario?", "Where are archived forecasts?", "How to share a board"],
    ),
    (
        "question",
        0.20,
        &["Limits of the import", "Which roles may publish?", "Meaning of the accuracy figure"],
    ),
    (
        "defect",
        0.16,
        &["Forecast totals differ after publishing", "Export drops the last column", "Alert sent twice"],
    ),
    ("bug", 0.08, &["Chart stays empty", "Save button without effect", "Filter resets itself"]),
    (
        "access",
        0.14,
        &["New planner cannot log in", "Single sign-on certificate", "Role missing after transfer"],
    ),
    (
        "integration",
        0.12,
        &["Nightly sync failed", "Mapping of cost centres", "Connector asks for a new token"],
    ),
];

/// Reasons for an escalation, with the accountable department and words.
pub(crate) const ESCALATIONS: [(&str, &str, &str); 10] = [
    ("support", "Support", "Tickets stay open beyond the promised time."),
    ("implementation", "Professional services", "The rollout is weeks behind its plan."),
    ("product gap", "Product", "A capability promised for this year is missing."),
    ("bugs", "Engineering", "A defect blocks the monthly close."),
    ("sentiment", "Customer success", "The sponsor has lost confidence."),
    ("habits (adoption)", "Customer success", "Planners went back to spreadsheets."),
    ("customer's company change", "Customer success", "A reorganisation has dissolved the project team."),
    ("readiness to buy", "Sales", "The budget owner was never involved."),
    ("pricing", "Sales", "The price is compared with a cheaper offer."),
    ("competitor", "Sales", "A competitor runs a pilot."),
];

/// Objectives: name, metric, baseline, target (lowest and highest start, factor).
pub(crate) const OBJECTIVES: [(&str, &str, f64, f64); 9] = [
    ("Plan the month in three days instead of eight", "planning_cycle_days", 8.0, 3.0),
    ("Raise forecast accuracy", "forecast_accuracy_percent", 71.0, 85.0),
    ("Cut excess stock", "excess_stock_percent", 14.0, 9.0),
    ("Fewer hours of manual reporting", "reporting_hours_a_month", 120.0, 40.0),
    ("All regions on one plan", "regions_on_one_plan", 2.0, 6.0),
    ("Answer what-if questions within a day", "answer_hours", 72.0, 24.0),
    ("Reduce late deliveries", "late_deliveries_percent", 9.0, 5.0),
    ("Close the quarter without corrections", "corrections_a_quarter", 22.0, 6.0),
    ("Replace the legacy planning files", "legacy_files", 64.0, 0.0),
];

pub(crate) const CUSTOMER_INITIATIVES: [&str; 4] = [
    "Name an owner for each region",
    "Clean the master data",
    "Train the planners",
    "Agree the planning calendar",
];
pub(crate) const VENDOR_INITIATIVES: [&str; 4] = [
    "Set up the scenario template",
    "Connect the data source",
    "Coach the first cycle",
    "Prepare the value report",
];

pub(crate) const EVIDENCE: [&str; 4] = [
    "Report signed by the controller",
    "Figure from the monthly review",
    "E-mail of the sponsor",
    "Export of the measured weeks",
];

/// Reasons of a judgement, from the worst rating to the best.
pub(crate) const JUDGEMENT_REASONS: [[&str; 2]; 5] = [
    ["No answer for weeks, renewal in doubt", "They are evaluating another tool"],
    ["Little use outside the core team", "Sponsor hard to reach"],
    ["Steady, but no new goals", "Depends on one person"],
    ["Good rhythm and clear owners", "Goals on track"],
    ["Would recommend us, expansion in talks", "Value confirmed by the sponsor"],
];

pub(crate) const NPS_COMMENTS: [&[&str]; 3] = [
    &["Too slow for what we pay", "We still work around it", "Support takes long"],
    &["Does the job", "Good, but training is needed", "Useful for the core team"],
    &["Could not plan without it", "Saves us days each month", "Great people to work with"],
];

/// Titles by role.
pub(crate) fn titles(role: &str) -> &'static [&'static str] {
    match role {
        "champion" => {
            &["Head of Planning", "Planning Manager", "Demand Planning Lead", "Operations Planning Manager"]
        }
        "admin" => &["Systems Administrator", "Planning Systems Analyst", "Business Applications Manager"],
        "executive_sponsor" => &["Chief Operating Officer", "VP Operations", "VP Supply Chain"],
        "economic_buyer" => &["Chief Financial Officer", "Finance Director", "Head of Procurement"],
        "influencer" => &["Head of Controlling", "Regional Director", "IT Director"],
        _ => &["Planner", "Senior Planner", "Analyst"],
    }
}
