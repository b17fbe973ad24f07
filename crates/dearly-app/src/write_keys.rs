//! Keys that may send telemetry: made, listed, revoked. A key is shown once and kept nowhere, only its hash.

use dearly_domain::Instant;
use dearly_store::WriteKey;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::error::{Error, Result};
use crate::view::{NewWriteKey, WriteKeyRow};

/// How every write key begins, so that one that lies about is recognised.
const PREFIX: &str = "dearly_write_";

/// The longest name of a source.
const LONGEST_SOURCE: usize = 64;

impl App {
    /// Makes a write key for a source, and the source where it is new. The key is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that no source can have.
    pub async fn create_write_key(&self, source: &str) -> Result<NewWriteKey> {
        check_source(source)?;
        let id = hexadecimal(&random::<4>()?);
        let key = format!("{PREFIX}{}", hexadecimal(&random::<32>()?));
        let created_at = Instant::now();
        let mut write = self.store.write(&format!("make a write key for {source}")).await?;
        write.ensure_source(source, created_at).await?;
        let own = WriteKey {
            id: id.clone(),
            source: source.to_owned(),
            hash: hash_of(&key),
            created_at,
            revoked_at: None,
        };
        write.insert_write_key(&own).await?;
        write.commit().await?;
        Ok(NewWriteKey { id, source: source.to_owned(), key, created_at })
    }

    /// All write keys, revoked ones too, in the order in which they were made.
    pub async fn write_keys(&self) -> Result<Vec<WriteKeyRow>> {
        let keys = self.store.write_keys().await?.into_iter();
        Ok(keys
            .map(|key| WriteKeyRow {
                id: key.id,
                source: key.source,
                created_at: key.created_at,
                revoked_at: key.revoked_at,
            })
            .collect())
    }

    /// Revokes a write key: what comes with it from now on, give or take a few seconds, is refused.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none of this id that was not revoked before.
    pub async fn revoke_write_key(&self, id: &str) -> Result<WriteKeyRow> {
        let mut write = self.store.write(&format!("revoke the write key {id}")).await?;
        if !write.revoke_write_key(id, Instant::now()).await? {
            let hint = Some("dearly key list shows those that are in force".to_owned());
            return Err(Error::NotFound { what: "write key in force", id: id.to_owned(), hint });
        }
        write.commit().await?;
        let keys = self.write_keys().await?;
        keys.into_iter().find(|key| key.id == id).ok_or_else(|| Error::NotFound {
            what: "write key",
            id: id.to_owned(),
            hint: None,
        })
    }
}

/// The hash by which a key is known. A key has 256 bits of chance: nothing slower than SHA-256 is needed, and looking
/// it up by its hash tells nothing by the time that it takes.
pub(crate) fn hash_of(key: &str) -> String {
    hexadecimal(&Sha256::digest(key.as_bytes()))
}

fn check_source(source: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if (1..=LONGEST_SOURCE).contains(&source.len()) && source.bytes().all(is_plain) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{source:?} is no name of a source; use up to {LONGEST_SOURCE} of a-z, 0-9, -, _ and ., as in web"
    )))
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Io {
        doing: "get random bytes from the system".to_owned(),
        source: std::io::Error::other(error),
    })?;
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("strings take everything");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_sha_256() {
        assert_eq!(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn names_of_sources_are_plain() {
        for (name, good) in
            [("web", true), ("ios-2.1_beta", true), ("", false), ("Web", false), ("a b", false), ("ä", false)]
        {
            assert_eq!(check_source(name).is_ok(), good, "{name:?}");
        }
        assert!(check_source(&"a".repeat(65)).is_err());
    }
}
