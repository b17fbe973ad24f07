//! The schema: migrations go forward only, one text for both databases.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, Row, SqlSafeStr};

use crate::dialect::Fault;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "create imports", include_str!("../migrations/0001_create_imports.sql")),
    (2, "create accounts", include_str!("../migrations/0002_create_accounts.sql")),
    (3, "create people", include_str!("../migrations/0003_create_people.sql")),
    (4, "create subscriptions", include_str!("../migrations/0004_create_subscriptions.sql")),
    (5, "create steps", include_str!("../migrations/0005_create_steps.sql")),
    (6, "create licences", include_str!("../migrations/0006_create_licences.sql")),
    (7, "create activities", include_str!("../migrations/0007_create_activities.sql")),
    (8, "create tickets", include_str!("../migrations/0008_create_tickets.sql")),
    (9, "create surveys", include_str!("../migrations/0009_create_surveys.sql")),
    (10, "create invoices", include_str!("../migrations/0010_create_invoices.sql")),
    (11, "create plans", include_str!("../migrations/0011_create_plans.sql")),
    (12, "create objectives", include_str!("../migrations/0012_create_objectives.sql")),
    (13, "create initiatives", include_str!("../migrations/0013_create_initiatives.sql")),
    (14, "create escalations", include_str!("../migrations/0014_create_escalations.sql")),
    (15, "create judgements", include_str!("../migrations/0015_create_judgements.sql")),
    (16, "create segments", include_str!("../migrations/0016_create_segments.sql")),
    (17, "create workbook_versions", include_str!("../migrations/0017_create_workbook_versions.sql")),
    (18, "create published_scores", include_str!("../migrations/0018_create_published_scores.sql")),
    (19, "create settings", include_str!("../migrations/0019_create_settings.sql")),
    (20, "create revision", include_str!("../migrations/0020_create_revision.sql")),
    (21, "rebuild segments", include_str!("../migrations/0021_rebuild_segments.sql")),
    (30, "create sources", include_str!("../migrations/0030_create_sources.sql")),
    (31, "create source_days", include_str!("../migrations/0031_create_source_days.sql")),
    (32, "create write_keys", include_str!("../migrations/0032_create_write_keys.sql")),
    (33, "create rejected_calls", include_str!("../migrations/0033_create_rejected_calls.sql")),
    (34, "create memberships", include_str!("../migrations/0034_create_memberships.sql")),
    (35, "create aliases", include_str!("../migrations/0035_create_aliases.sql")),
    (36, "create traits", include_str!("../migrations/0036_create_traits.sql")),
    (37, "create relinks", include_str!("../migrations/0037_create_relinks.sql")),
    (40, "create account_changes", include_str!("../migrations/0040_create_account_changes.sql")),
    (41, "create score_histories", include_str!("../migrations/0041_create_score_histories.sql")),
    (42, "create erasures", include_str!("../migrations/0042_create_erasures.sql")),
    (50, "create analyses", include_str!("../migrations/0050_create_analyses.sql")),
    (51, "add rows of analyses", include_str!("../migrations/0051_add_rows_of_analyses.sql")),
    (52, "add users of rejected_calls", include_str!("../migrations/0052_add_users_of_rejected_calls.sql")),
    (53, "add index of emails", include_str!("../migrations/0053_add_index_of_emails.sql")),
];

/// How the schema of a database stands to the one of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none yet.
    None,
    /// The same.
    Current,
    /// Steps are missing.
    Older,
    /// There are steps that this program does not know.
    Newer { found: i64, known: i64 },
    /// A step differs from this program's.
    Other { step: i64 },
}

/// How the schema of the database stands, without a change to it.
pub(crate) async fn standing(connection: &mut AnyConnection) -> sqlx::Result<Standing> {
    let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
        .fetch_all(connection)
        .await;
    let rows = match rows {
        Err(error) if Fault::of(&error) == Fault::NoTable => return Ok(Standing::None),
        rows => rows?,
    };
    let known = MIGRATIONS.last().map_or(0, |migration| migration.0);
    let migrator = migrator();
    let mut n_applied = 0;
    let mut other = None;
    for row in rows {
        let (version, checksum): (i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        if version > known {
            return Ok(Standing::Newer { found: version, known });
        }
        n_applied += 1;
        let own = migrator.iter().find(|migration| migration.version == version);
        if own.is_none_or(|own| *own.checksum != *checksum) {
            other = other.or(Some(version));
        }
    }
    Ok(match other {
        Some(step) => Standing::Other { step },
        None if n_applied == 0 => Standing::None,
        None if n_applied < MIGRATIONS.len() => Standing::Older,
        None => Standing::Current,
    })
}

/// Runs the steps that are missing. The caller holds the writer's lock.
pub(crate) async fn run(connection: &mut AnyConnection) -> sqlx::Result<()> {
    migrator()
        .run_direct(None, connection, false)
        .await
        .map_err(|error| sqlx::Error::Migrate(Box::new(error)))
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|&(version, description, sql)| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_step() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let steps: Vec<String> = MIGRATIONS
            .iter()
            .map(|(version, description, _)| format!("{version:04}_{}.sql", description.replace(' ', "_")))
            .collect();
        assert_eq!(files, steps);
    }
}
