//! Where records are kept.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A data folder: SQLite in its file `dearly.db`.
    Folder(PathBuf),
    /// A PostgreSQL database, as in `postgres://user@host/name`.
    Url(String),
}

impl Target {
    /// The data folder at the path.
    pub fn folder(path: impl Into<PathBuf>) -> Target {
        Target::Folder(path.into())
    }

    /// The database file of a data folder.
    pub(crate) fn database_file(folder: &Path) -> PathBuf {
        folder.join("dearly.db")
    }
}

/// A PostgreSQL URL, or else a folder: every text is one of the two.
impl FromStr for Target {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Target, Self::Err> {
        let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
        Ok(if is_url { Target::Url(text.to_owned()) } else { Target::Folder(text.into()) })
    }
}

/// The folder, or the URL without its password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Folder(path) => write!(f, "{}", path.display()),
            Target::Url(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let rest = rest.split(['?', '#']).next().unwrap_or(rest);
                match rest.rsplit_once('@') {
                    Some((login, host)) => {
                        let user = login.split(':').next().unwrap_or(login);
                        write!(f, "{scheme}://{user}@{host}")
                    }
                    None => write!(f, "{scheme}://{rest}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_shows_no_password() {
        for (text, shown) in [
            ("postgres://cs:secret@db.example/dearly?host=/run", "postgres://cs@db.example/dearly"),
            ("postgresql://db.example/dearly", "postgresql://db.example/dearly"),
            ("data/acme", "data/acme"),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), shown);
            assert_eq!(matches!(target, Target::Url(_)), text.contains("://"));
        }
    }
}
