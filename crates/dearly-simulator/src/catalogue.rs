//! What the simulated vendor sells: products, features, set-up steps, segments, prices.

/// A product that is sold by seat to planners.
pub(crate) const PLAN: &str = "plan";
/// An add-on by seat.
pub(crate) const INSIGHT: &str = "insight";
/// An add-on by connector, without end.
pub(crate) const CONNECT: &str = "connect";

/// Features whose regular use goes with staying.
pub(crate) const STICKY: [&str; 3] = ["scenario_run", "forecast_published", "alert_acknowledged"];
/// The end-to-end workflow, in order.
pub(crate) const WORKFLOW: [&str; 2] = ["scenario_run", "forecast_published"];

/// Every event the products send; the first three are the sticky ones.
pub(crate) const EVENTS: [&str; 16] = [
    "scenario_run",
    "forecast_published",
    "alert_acknowledged",
    "dashboard_viewed",
    "forecast_created",
    "comment_added",
    "report_exported",
    "data_imported",
    "query_run",
    "chart_built",
    "board_viewed",
    "board_shared",
    "digest_opened",
    "sync_checked",
    "mapping_edited",
    "connector_added",
];
/// Places in [`EVENTS`] of the everyday features of `plan`, with their shares.
pub(crate) const EVERYDAY: [(u32, f64); 5] = [(3, 0.50), (4, 0.15), (5, 0.15), (6, 0.12), (7, 0.08)];
/// Places of the features of `insight`.
pub(crate) const OF_INSIGHT: [(u32, f64); 5] = [(8, 0.30), (9, 0.20), (10, 0.35), (11, 0.05), (12, 0.10)];
/// Places of the features of `connect`.
pub(crate) const OF_CONNECT: [(u32, f64); 3] = [(13, 0.80), (14, 0.15), (15, 0.05)];
/// The products, in the order in which usage names them.
pub(crate) const PRODUCTS: [&str; 3] = [PLAN, INSIGHT, CONNECT];

/// A set-up step: its name, whether it is basic, and the days after the start by which most are through with it.
pub(crate) type SetupStep = (&'static str, bool, i32);

/// The steps that a product requires.
pub(crate) fn setup_steps(product: &str) -> &'static [SetupStep] {
    match product {
        PLAN => &[
            ("single_sign_on", true, 12),
            ("data_source_connected", true, 20),
            ("roles_assigned", true, 28),
            ("first_forecast_published", false, 45),
            ("alerts_configured", false, 70),
            ("team_trained", false, 90),
        ],
        INSIGHT => &[
            ("workspace_created", true, 10),
            ("first_board_shared", false, 35),
            ("schedule_configured", false, 60),
        ],
        _ => &[("connector_authorised", true, 8), ("mapping_confirmed", false, 25)],
    }
}

/// A class of business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Smb,
    MidMarket,
    Enterprise,
}

impl Segment {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Segment::Smb => "smb",
            Segment::MidMarket => "mid_market",
            Segment::Enterprise => "enterprise",
        }
    }

    /// Seats of the main product: least, greatest; most are near the least.
    pub(crate) fn seats(self) -> (f64, f64) {
        match self {
            Segment::Smb => (3.0, 7.0),
            Segment::MidMarket => (7.0, 15.0),
            Segment::Enterprise => (13.0, 36.0),
        }
    }

    /// Units of money a seat costs a year: least, greatest.
    pub(crate) fn seat_price(self) -> (f64, f64) {
        match self {
            Segment::Smb => (2_700.0, 4_200.0),
            Segment::MidMarket => (4_400.0, 7_600.0),
            Segment::Enterprise => (9_400.0, 27_000.0),
        }
    }
}

/// Industries, with what a company of each calls itself.
pub(crate) const INDUSTRIES: [(&str, &[&str]); 10] = [
    ("Manufacturing", &["Works", "Components", "Machinery", "Tooling"]),
    ("Retail", &["Stores", "Outfitters", "Home", "Markets"]),
    ("Logistics", &["Freight", "Logistics", "Forwarding", "Lines"]),
    ("Food and beverage", &["Foods", "Dairies", "Bakeries", "Beverages"]),
    ("Healthcare", &["Care", "Clinics", "Diagnostics", "Medical"]),
    ("Energy", &["Energy", "Power", "Grid Services", "Renewables"]),
    ("Financial services", &["Assurance", "Mutual", "Leasing", "Credit"]),
    ("Software", &["Systems", "Software", "Digital", "Data"]),
    ("Construction", &["Building", "Timber", "Engineering", "Interiors"]),
    ("Education", &["Academy", "Learning", "Institute", "Publishing"]),
];

/// Regions, with the share of accounts there and how many hours before UTC their working day begins at nine.
pub(crate) const REGIONS: [(&str, f64, i32); 5] = [
    ("DACH", 0.28, 8),
    ("UK and Ireland", 0.22, 9),
    ("Nordics", 0.18, 8),
    ("Southern Europe", 0.17, 8),
    ("North America", 0.15, 14),
];
