//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dearly_domain::{Calendar, Day, Instant};

/// Customer success with measured health: your facts in, explained scores out, on your own disk.
#[derive(Debug, Parser)]
#[command(
    name = "dearly",
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  dearly demo                                 a simulated book of 1,000 customers, in the browser
  dearly import ./my-book --data ./mine       your own files (docs/BOOK.md), into a folder of yours
  dearly score --data ./mine --format csv     every customer's scores as of the last day with a fact
  dearly explain ACME --since 2026-03-01      what a score is made of, and what moved

Exit codes: 0 done, 1 refused or failed, 2 wrong usage; workbook plan --exit-code gives 3 where there are changes."
)]
pub(crate) struct Arguments {
    /// The data folder: records, telemetry, rejects
    #[arg(long, global = true, env = "DEARLY_DATA", default_value = "dearly-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Keep records in this PostgreSQL database instead of SQLite in the data folder
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Keep events in this object store instead of the data folder, as in s3://bucket/prefix (docs/LAKE.md); said once,
    /// it is remembered
    #[arg(long, global = true, env = "DEARLY_LAKE", value_name = "URL")]
    pub(crate) lake: Option<String>,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// No progress on stderr
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One document with stable keys (docs/API.md)
    Json,
    /// For spreadsheets
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a simulated book with known truth, and serve it
    Demo(DemoArguments),
    /// Serve the pages and the API, on this machine only
    Serve(ServeArguments),
    /// Import a book, a single file of it, or any layout through a mapping
    Import(ImportArguments),
    /// Scorecards as code: init, validate, plan, apply, export, schema
    Workbook(WorkbookArguments),
    /// Scores of all accounts or of some, as of a day or over a span
    Score(ScoreArguments),
    /// Bring the kept scores up to date, of those accounts only that need it: the daily run
    Refresh(RefreshArguments),
    /// What an account's scores are made of, down to the facts, and what moved
    Explain(ExplainArguments),
    /// The accounts with their scores, worst first or as asked
    Accounts(AccountsArguments),
    /// Gross, net and logo retention of a period, on the opening book and on what was due
    Retention(RetentionArguments),
    /// Which of deployment, engagement, adoption and ROI goes with renewal, or why that cannot be said
    Drivers(DriversArguments),
    /// Fit a model on a file of your own, with everything that must stand beside its numbers (docs/FIT.md)
    Fit(FitArguments),
    /// What went with a treatment after adjustment, on a file of your own (docs/FIT.md)
    Effect(EffectArguments),
    /// Keys for sending telemetry: create, list, revoke
    Key(KeyArguments),
    /// The event lake: how it stands, compaction, erasure, retention (docs/LAKE.md)
    Lake(LakeArguments),
    /// Ask anything in SQL, as of a day (docs/QUERY.md)
    Query(QueryArguments),
    /// Write the daily rollup of all events (account, user, event, product, day) as Parquet
    Rollup(RollupArguments),
    /// Run a part of a cluster that answers queries (docs/SCALING.md)
    #[cfg(feature = "cluster")]
    Cluster(ClusterArguments),
    /// Print the OpenAPI description of the API
    Openapi,
    /// Print completions for a shell
    Completions(CompletionsArguments),
}

/// Which day, and what may be known.
#[derive(Clone, Debug, Args)]
pub(crate) struct WhenArguments {
    /// The day; the default is the earlier of today and the last day with a fact
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<Day>,
    /// Only facts that were recorded by this day's end or this instant
    #[arg(long, value_name = "INSTANT")]
    pub(crate) known_by: Option<KnownBy>,
}

/// An instant, or a day's end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownBy(pub(crate) Instant);

impl std::str::FromStr for KnownBy {
    type Err = dearly_domain::time::TimeError;
    fn from_str(text: &str) -> Result<KnownBy, Self::Err> {
        match text.parse::<Day>() {
            // The last microsecond of the day: what is recorded at the next midnight is not known by it.
            Ok(day) => Ok(KnownBy(Instant::from_micros(Calendar::utc().end_of(day).micros() - 1))),
            Err(_) => text.parse().map(KnownBy),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// How many customers there are at the end
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) accounts: u32,
    /// The same seed gives the same book
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// The last day with facts
    #[arg(long, default_value = "2026-06-30", value_name = "DAY")]
    pub(crate) until: Day,
    /// Only make the book
    #[arg(long)]
    pub(crate) no_serve: bool,
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The address; beyond this machine only once there are users
    #[arg(long, env = "DEARLY_LISTEN", default_value = "127.0.0.1:8420", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Take telemetry here too, and nothing else; may be reached from other machines: write keys say who may send
    #[arg(long, env = "DEARLY_INGEST_LISTEN", value_name = "ADDRESS")]
    pub(crate) ingest_listen: Option<SocketAddr>,
    /// For how many days a message id is remembered, so that what is sent again counts once
    #[arg(long, env = "DEARLY_DEDUPLICATE_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(30..=3650), value_name = "DAYS")]
    pub(crate) deduplicate_days: u16,
}

#[derive(Debug, Args)]
pub(crate) struct KeyArguments {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and show it, once
    Create {
        /// A key that may only send telemetry; there are no others yet
        #[arg(long, required = true)]
        write: bool,
        /// The source whose telemetry it sends, as in web
        #[arg(long, value_name = "NAME")]
        source: String,
    },
    /// List the keys, without the keys themselves
    List,
    /// Revoke a key: within seconds nothing more is taken with it
    Revoke {
        /// The id of the key, as listed
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// A folder of the book's files, or one such file
    pub(crate) path: PathBuf,
    /// A mapping file, where the layout is another (docs/MAPPING.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// What rows may do
    #[arg(long, value_enum, default_value_t = ModeArgument::Upsert)]
    pub(crate) mode: ModeArgument,
    /// Say what would happen, and keep nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep nothing if a single row cannot be taken
    #[arg(long)]
    pub(crate) strict: bool,
}

/// What rows may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArgument {
    /// Add new rows and change known ones
    Upsert,
    /// Change known rows only
    Update,
    /// Add new rows only
    Insert,
}

#[derive(Debug, Args)]
pub(crate) struct WorkbookArguments {
    #[command(subcommand)]
    pub(crate) command: WorkbookCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkbookCommand {
    /// Write the default workbook into a folder
    Init {
        /// A new or empty folder
        #[arg(default_value = "workbook")]
        folder: PathBuf,
        /// Propose sticky features and set-up steps from the imported facts
        #[arg(long)]
        from_data: bool,
    },
    /// Say everything that is wrong with a workbook
    Validate {
        /// The folder
        #[arg(default_value = "workbook")]
        folder: PathBuf,
    },
    /// Show what applying a workbook would change: the text, and whose colour
    Plan {
        /// The folder
        #[arg(default_value = "workbook")]
        folder: PathBuf,
        /// Exit with 3 where there are changes
        #[arg(long)]
        exit_code: bool,
        #[command(flatten)]
        when: WhenArguments,
    },
    /// Put a workbook in force
    Apply {
        /// The folder
        #[arg(default_value = "workbook")]
        folder: PathBuf,
    },
    /// Write the workbook in force into a folder
    Export {
        /// A new or empty folder, or one that only holds a workbook
        #[arg(default_value = "workbook")]
        folder: PathBuf,
    },
    /// Write the JSON Schemas for editors into the .dearly/schema of a workbook's folder
    Schema {
        /// The workbook's folder
        #[arg(default_value = "workbook")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArguments {
    #[command(flatten)]
    pub(crate) when: WhenArguments,
    /// The first day of a span
    #[arg(long, value_name = "DAY", conflicts_with = "as_of", requires = "to")]
    pub(crate) from: Option<Day>,
    /// The last day of a span
    #[arg(long, value_name = "DAY", requires = "from")]
    pub(crate) to: Option<Day>,
    /// How far apart the days of a span are, counted back from the last: day, week or month
    #[arg(long, default_value = "week", requires = "from")]
    pub(crate) every: dearly_app::score::Every,
    /// Only this account; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) account: Vec<String>,
    /// Reckon anew, also what is kept from an earlier run
    #[arg(long)]
    pub(crate) anew: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RefreshArguments {
    /// The day; the default is the earlier of today and the last day with a fact
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<Day>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The account's id
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) when: WhenArguments,
    /// Also say what moved since this day
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<Day>,
    /// Also list the facts that each measure counted
    #[arg(long)]
    pub(crate) facts: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountsArguments {
    #[command(flatten)]
    pub(crate) when: WhenArguments,
    /// Words that the name or the id contains
    #[arg(long)]
    pub(crate) search: Option<String>,
    /// Only this segment; may be given several times
    #[arg(long)]
    pub(crate) segment: Vec<String>,
    /// Only this owner's accounts; may be given several times
    #[arg(long)]
    pub(crate) csm: Vec<String>,
    /// Only this colour of the outcomes score; may be given several times
    #[arg(long, value_enum)]
    pub(crate) colour: Vec<ColourArgument>,
    /// What to sort by: name, arr, outcomes, experience, deployment, engagement, adoption, roi, renewal, last_met, change,
    /// csm, segment or tier
    #[arg(long, default_value = "outcomes")]
    pub(crate) sort: dearly_app::accounts::Sort,
    /// The greatest first
    #[arg(long)]
    pub(crate) descending: bool,
    /// At most so many
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Also those that are not customers on the day
    #[arg(long)]
    pub(crate) all: bool,
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourArgument {
    Green,
    Yellow,
    Red,
    Unknown,
}

#[derive(Debug, Args)]
pub(crate) struct RetentionArguments {
    /// The first day of the period
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Day,
    /// The day after the last
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Day,
    /// Group by an attribute of the accounts on the opening day, as in segment
    #[arg(long, value_name = "ATTRIBUTE")]
    pub(crate) by: Option<String>,
    #[command(flatten)]
    pub(crate) when: WhenArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DriversArguments {
    /// The first due day; the default is twelve months before --to
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// The day after the last due day; the default is the day after the last day with a fact
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Day>,
    /// How long before a renewal its account is looked at, as in 90d; 90 days by default
    #[arg(long, value_name = "DAYS")]
    pub(crate) lead: Option<Lead>,
    /// The version of the workbook that scores; the default is the one in force
    #[arg(long, value_name = "VERSION")]
    pub(crate) workbook: Option<i64>,
    /// A column of the model that rang the alarm of a leak, and whose values somebody has seen to be known before the decision;
    /// "model" for all of it
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sign_off: Vec<String>,
    /// The renewals behind the numbers instead, with what was known before them
    #[arg(long, conflicts_with = "runs")]
    pub(crate) rows: bool,
    /// The kept runs instead
    #[arg(long)]
    pub(crate) runs: bool,
    /// A kept run, as it was; with --rows the renewals behind it
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "to", "lead", "workbook", "sign_off", "runs"])]
    pub(crate) run: Option<String>,
}

/// Days before a renewal, as in `90d` or `90`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lead(pub(crate) i32);

impl std::str::FromStr for Lead {
    type Err = String;
    fn from_str(text: &str) -> Result<Lead, String> {
        let number = text.strip_suffix('d').unwrap_or(text);
        number.parse().map(Lead).map_err(|_| format!("{text:?} is no number of days, as in 90d"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  dearly fit --panel renewals.csv --cluster account_id \\
    --formula \"renewed ~ deployment + engagement + adoption + roi + log(arr) + C(segment) + tenure\"
  dearly fit --panel lives.parquet --family cox --duration months --event churned --formula \"adoption + C(segment)\"")]
pub(crate) struct FitArguments {
    /// The rows: CSV or JSON Lines, also as .gz or .zst, or Parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) panel: PathBuf,
    /// The model, as in "renewed ~ adoption + log(arr) + C(segment)"; for cox without a left side
    #[arg(long)]
    pub(crate) formula: String,
    /// The distribution of the outcome
    #[arg(long, value_enum, default_value_t = FamilyArgument::Binomial)]
    pub(crate) family: FamilyArgument,
    /// The column whose rows belong together, as account_id; a second one gives two-way errors
    #[arg(long, value_name = "COLUMN")]
    pub(crate) cluster: Vec<String>,
    /// How coefficients are estimated
    #[arg(long, value_enum, default_value_t = MethodArgument::Auto)]
    pub(crate) method: MethodArgument,
    /// The column of durations, for cox
    #[arg(long, value_name = "COLUMN")]
    pub(crate) duration: Option<String>,
    /// The column that says whether the event came, for cox
    #[arg(long, value_name = "COLUMN")]
    pub(crate) event: Option<String>,
    /// The column of the time from which a row was watched, for cox
    #[arg(long, value_name = "COLUMN")]
    pub(crate) entry: Option<String>,
    /// The level of intervals
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// What the folds of the validation are drawn by
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// A column that rang the alarm of a leak, and whose values somebody has seen to be known before the decision; "model" for
    /// all of it
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sign_off: Vec<String>,
}

/// The distribution of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FamilyArgument {
    /// 0 or 1: logistic regression
    Binomial,
    /// 0 or 1: proportional hazards in grouped time
    Cloglog,
    /// Any number: least squares
    Gaussian,
    /// A share from 0 to 1
    Fractional,
    /// Above 0, log link
    Gamma,
    /// A count
    Poisson,
    /// Durations and events
    Cox,
}

/// How coefficients are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArgument {
    /// Maximum likelihood, or Firth's where it fails or events are few; says which
    Auto,
    /// Maximum likelihood
    Ml,
    /// Firth's penalised likelihood
    Firth,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  dearly effect --panel renewals.csv --treatment enablement --outcome renewed \\
    --confounders adoption_before,segment,log(arr) --cluster account_id")]
pub(crate) struct EffectArguments {
    /// The rows: CSV or JSON Lines, also as .gz or .zst, or Parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) panel: PathBuf,
    /// The column that says which rows were treated, 1 or 0
    #[arg(long, value_name = "COLUMN")]
    pub(crate) treatment: String,
    /// The column of the outcome
    #[arg(long, value_name = "COLUMN")]
    pub(crate) outcome: String,
    /// What had been known before the treatment: columns, or terms as in log(arr), separated by commas
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', required = true)]
    pub(crate) confounders: Vec<String>,
    /// The column whose rows belong together, as account_id
    #[arg(long, value_name = "COLUMN")]
    pub(crate) cluster: Option<String>,
    /// The level of intervals
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// What the folds are drawn by
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// A confounder that rang the alarm of a leak, and whose values somebody has seen to be known before the treatment
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sign_off: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LakeArguments {
    #[command(subcommand)]
    pub(crate) command: LakeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LakeCommand {
    /// Months, files and sizes; --format json also lists the live files
    Status,
    /// Merge small files into large ones, whether due or not
    Compact,
    /// Erase all events of a person, and every file that held any
    Erase {
        /// The user as events name it; may be given several times
        #[arg(long, value_name = "ID", required = true)]
        user: Vec<String>,
    },
    /// Drop old events
    Retain {
        /// Keep this month and so many before it
        #[arg(long, value_name = "N", required_unless_present = "from", conflicts_with = "from")]
        months: Option<u16>,
        /// Keep events from this day on
        #[arg(long, value_name = "DAY")]
        from: Option<Day>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct QueryArguments {
    /// One statement that only reads, `:as_of` in it being the day; `-` reads it from stdin
    pub(crate) sql: String,
    #[command(flatten)]
    pub(crate) when: WhenArguments,
    /// At most so many rows
    #[arg(long, value_name = "ROWS")]
    pub(crate) limit: Option<usize>,
    /// Ask it on this cluster, as in df://10.0.0.7:50050; the data folder must be on storage that it shares
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "URL")]
    pub(crate) cluster: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RollupArguments {
    /// The folder to write daily_usage.parquet into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) when: WhenArguments,
    /// Reckon it on this cluster, as in df://10.0.0.7:50050; the data folder must be on storage that it shares
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "URL")]
    pub(crate) cluster: Option<String>,
}

#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub(crate) struct ClusterArguments {
    #[command(subcommand)]
    pub(crate) command: ClusterCommand,
}

#[cfg(feature = "cluster")]
#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Take queries, and hand parts of them to executors. Whoever reaches the port may ask: private networks only
    Scheduler {
        /// The address
        #[arg(long, default_value = "127.0.0.1:50050", value_name = "ADDRESS")]
        listen: SocketAddr,
        /// After how many seconds without a sign of life an executor counts as lost
        #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(2..))]
        dead_after: u64,
        /// How many executors must be there before /readyz says so
        #[arg(long, default_value_t = 1, value_name = "COUNT")]
        executors: usize,
    },
    /// Do parts of queries. Whoever reaches the ports may ask: private networks only
    Executor {
        /// The scheduler, as in 10.0.0.7:50050
        #[arg(long, value_name = "HOST:PORT")]
        scheduler: String,
        /// The address for results; the port after it is for orders
        #[arg(long, default_value = "127.0.0.1:50051", value_name = "ADDRESS")]
        listen: SocketAddr,
        /// The name or address by which the others reach this machine; the default is that of --listen
        #[arg(long, value_name = "HOST")]
        known_as: Option<String>,
        /// Where to keep intermediate results; the default is a folder of the system for temporary files
        #[arg(long, value_name = "DIR")]
        work: Option<PathBuf>,
        /// How many parts are done at a time; the default is the number of cores
        #[arg(long, value_name = "COUNT")]
        cores: Option<usize>,
        /// How often to give a sign of life, in seconds
        #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
        heartbeat: u64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}
