//! A first workbook from the facts: which features may be sticky, which set-up steps a product may require.
//!
//! A proposal, not a finding: it goes by what many accounts do, with the numbers beside each line so that a person can
//! decide. Whether use of a feature goes with staying is for the reports on drivers to say.

use crate::document::Document;

/// What was seen in the facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UseSummary {
    /// How many accounts have events.
    pub accounts: usize,
    /// What is known of each event, in any order.
    pub events: Vec<EventUse>,
    /// What is known of each product's set-up steps, in any order.
    pub products: Vec<ProductUse>,
}

/// How an event is used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventUse {
    /// Its name.
    pub event: String,
    /// Accounts with the event at all.
    pub accounts: usize,
    /// Accounts in which it is in regular use: by at least 20 % of active users, each on at least 4 of 28 days.
    pub regular_accounts: usize,
    /// The share of active users who use it, mean over the accounts that have it, 0 to 1.
    pub share_of_active_users: f64,
}

/// How the set-up of a product goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductUse {
    /// Its name.
    pub product: String,
    /// Accounts that bought it.
    pub accounts: usize,
    /// Its steps, in any order.
    pub steps: Vec<StepUse>,
}

/// How a set-up step is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepUse {
    /// Its name.
    pub step: String,
    /// Accounts that have done it.
    pub accounts: usize,
    /// At which place among the steps of its account it is done, mean over those accounts; the first is 1.
    pub mean_position: f64,
}

const MOST_STICKY: usize = 5;
const MOST_OTHERS: usize = 15;
/// A feature that nearly everybody uses tells nobody apart; one that hardly anybody uses is not what keeps them.
const LEAST_REGULAR_SHARE: f64 = 0.1;
const MOST_USER_SHARE: f64 = 0.9;
const REQUIRED_SHARE: f64 = 0.5;
const BASIC_SHARE: f64 = 0.8;
/// Coming in is not using.
const NO_FEATURES: [&str; 8] =
    ["login", "logged_in", "signed_in", "sign_in", "session_started", "page_view", "page_viewed", "logout"];

/// Proposes `features.yaml` and `setup.yaml`.
pub fn propose(summary: &UseSummary) -> Vec<Document> {
    vec![
        Document { path: "features.yaml".to_owned(), text: features(summary) },
        Document { path: "setup.yaml".to_owned(), text: setup(summary) },
    ]
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn features(summary: &UseSummary) -> String {
    let mut events: Vec<&EventUse> =
        summary.events.iter().filter(|event| !event.event.trim().is_empty()).collect();
    events.sort_by(|a, b| b.regular_accounts.cmp(&a.regular_accounts).then_with(|| a.event.cmp(&b.event)));
    events.dedup_by(|a, b| a.event == b.event);
    let may_stick = |event: &&EventUse| {
        let name = event.event.to_lowercase().replace([' ', '-'], "_");
        share(event.regular_accounts, summary.accounts) >= LEAST_REGULAR_SHARE
            && event.share_of_active_users < MOST_USER_SHARE
            && !NO_FEATURES.contains(&name.as_str())
    };
    let (mut sticky, mut others): (Vec<&EventUse>, Vec<&EventUse>) = events.into_iter().partition(may_stick);
    others.splice(0..0, sticky.split_off(sticky.len().min(MOST_STICKY)));

    let mut text = String::from("# yaml-language-server: $schema=.dearly/schema/features.json\n#\n");
    text += &format!(
        "# Proposed from the events of {} accounts. Read it, change it, then apply it.\n",
        summary.accounts
    );
    text += "# The numbers say what is used, not what keeps customers: that is for you and for the reports on drivers.\n";
    text += "kind: features\n\n";
    text += &format!(
        "# Features in regular use (by at least 20% of the active users, each on at least 4 of 28 days) in at least {:.0}%\n\
         # of the accounts, and not used by nearly every user anyway. The most widely used come first.\n",
        LEAST_REGULAR_SHARE * 100.0
    );
    text += if sticky.is_empty() { "sticky: []\n" } else { "sticky:\n" };
    for event in sticky {
        text += &format!("  - {} # {}\n", quoted(&event.event), use_in_words(event, summary.accounts));
    }
    if !others.is_empty() {
        text += "#\n# Not proposed, by how many accounts use them regularly:\n";
        for event in others.iter().take(MOST_OTHERS) {
            text += &format!("#  - {} # {}\n", quoted(&event.event), use_in_words(event, summary.accounts));
        }
        if others.len() > MOST_OTHERS {
            text += &format!("#  and {} more\n", others.len() - MOST_OTHERS);
        }
    }
    text += "\n# End-to-end workflows cannot be told from counts: name the events that belong together, in order.\n";
    text += "workflows: {}\n";
    text += "# workflows:\n#   campaign:\n#     steps: [campaign_drafted, campaign_sent, report_shared]\n#     within: 7d\n";
    text
}

fn use_in_words(event: &EventUse, accounts: usize) -> String {
    format!(
        "regular in {} of {accounts} accounts, {:.0}% of active users",
        event.regular_accounts,
        event.share_of_active_users.clamp(0.0, 1.0) * 100.0
    )
}

fn setup(summary: &UseSummary) -> String {
    let mut products: Vec<&ProductUse> =
        summary.products.iter().filter(|product| !product.product.trim().is_empty()).collect();
    products.sort_by(|a, b| b.accounts.cmp(&a.accounts).then_with(|| a.product.cmp(&b.product)));
    let mut seen = std::collections::BTreeSet::new();
    products.retain(|product| seen.insert(product.product.as_str()));

    let mut text = String::from("# yaml-language-server: $schema=.dearly/schema/setup.json\n#\n");
    text += &format!(
        "# Proposed from the imported set-up steps: required is what at least {:.0}% of the accounts with the product have\n\
         # done, basic what at least {:.0}% have; in the order in which they are usually done. Rarer steps are commented out.\n",
        REQUIRED_SHARE * 100.0,
        BASIC_SHARE * 100.0
    );
    text += "kind: setup\n\n";
    text +=
        if products.iter().any(|product| requires_any(product)) { "products:\n" } else { "products: {}\n" };
    for product in products {
        text += &product_in_words(product);
    }
    text
}

fn requires_any(product: &ProductUse) -> bool {
    product.steps.iter().any(|step| is_required(step, product))
}

fn is_required(step: &StepUse, product: &ProductUse) -> bool {
    !step.step.trim().is_empty() && share(step.accounts, product.accounts) >= REQUIRED_SHARE
}

fn product_in_words(product: &ProductUse) -> String {
    let mut steps: Vec<&StepUse> = product.steps.iter().filter(|step| !step.step.trim().is_empty()).collect();
    steps.sort_by(|a, b| a.mean_position.total_cmp(&b.mean_position).then_with(|| a.step.cmp(&b.step)));
    let mut seen = std::collections::BTreeSet::new();
    steps.retain(|step| seen.insert(step.step.as_str()));

    // A product of which no step is required stands in comments as a whole.
    let off = if requires_any(product) { "" } else { "# " };
    let mut text = format!("{off}  {}: # {} accounts\n", quoted(&product.product), product.accounts);
    for step in steps {
        let done = share(step.accounts, product.accounts);
        let off = if is_required(step, product) { "" } else { "# " };
        let basic = if done >= BASIC_SHARE { ", basic: true" } else { "" };
        let name = quoted(&step.step);
        text += &format!("{off}    - {{ step: {name}{basic} }} # done by {:.0}%\n", done.min(1.0) * 100.0);
    }
    text
}

/// A text in double quotes, with everything escaped that YAML does not take as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            ' '..='~' => quoted.push(letter),
            _ if letter.is_alphanumeric() => quoted.push(letter),
            _ => quoted += &format!("\\U{:08X}", u32::from(letter)),
        }
    }
    quoted.push('"');
    quoted
}
