//! `dearly key`.

use std::process::ExitCode;

use dearly_app::view::WriteKeyRow;

use crate::arguments::{Arguments, Format, KeyArguments, KeyCommand};
use crate::output::{self, Sheet};

pub(crate) async fn run(arguments: &Arguments, own: &KeyArguments) -> anyhow::Result<ExitCode> {
    match &own.command {
        KeyCommand::Create { write: _, source } => {
            let key = super::open(arguments).await?.create_write_key(source).await?;
            output::write(arguments.format, &key, |_| {
                let mut sheet = Sheet::new(&["id", "source", "key"]);
                sheet.push(vec![key.id.clone(), key.source.clone(), key.key.clone()]);
                sheet
            })?;
            if arguments.format == Format::Table {
                eprintln!("The key is shown this once; dearly keeps only its hash.");
            }
        }
        KeyCommand::List => {
            let keys = super::open_existing(arguments).await?.write_keys().await?;
            output::write(arguments.format, &keys, |_| sheet(&keys))?;
        }
        KeyCommand::Revoke { id } => {
            let key = super::open_existing(arguments).await?.revoke_write_key(id).await?;
            output::write(arguments.format, &key, |_| sheet(std::slice::from_ref(&key)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn sheet(keys: &[WriteKeyRow]) -> Sheet {
    let mut sheet = Sheet::new(&["id", "source", "created_at", "revoked_at"]);
    for key in keys {
        let created_at = key.created_at.to_string();
        sheet.push(vec![key.id.clone(), key.source.clone(), created_at, output::optional(key.revoked_at)]);
    }
    sheet
}
