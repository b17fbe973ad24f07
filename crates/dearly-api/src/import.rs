//! A file of the book sent over HTTP.

use std::io::Read;
use std::path::{Path, PathBuf};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use dearly_app::import::{ImportRequest, Imported, Mode};
use dearly_app::view::ImportRow;
use dearly_app::{App, Error};
use dearly_domain::File;
use dearly_domain::book::FILES;
use futures_util::StreamExt;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Kind, Problem};
use crate::query::{Asked, Named, described_as_one_of};
use crate::server::Server;

/// The largest body of an import, in bytes.
const LARGEST_BODY: u64 = 64 << 20;

/// How much of a body decides what it is, in bytes.
const HEAD: u64 = 1 << 10;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(import))
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportAsked {
    /// What rows may do: `update` adds none, `insert` changes none; the default is `upsert`.
    #[param(inline, value_type = Option<ModeWord>)]
    #[serde(default)]
    mode: Mode,
    /// Whether to say what would happen, and keep nothing.
    #[serde(default)]
    dry_run: bool,
    /// Whether one row that is not taken stops everything.
    #[serde(default)]
    strict: bool,
}

described_as_one_of!(
    /// What rows may do.
    ModeWord,
    ["upsert", "update", "insert"]
);

described_as_one_of!(
    /// A file of the book.
    FileWord,
    FILES.iter().map(|file| file.name)
);

/// Imports rows of one file of the book.
///
/// CSV or JSON Lines, also as gzip or zstd, or Parquet, up to 64 MiB. The content type says which, else the first bytes
/// do. All rows that can be taken are kept together at the end; where nothing is kept, the problem has the report.
#[utoipa::path(post, path = "/import/{file}", tag = "data", operation_id = "import",
    params(("file" = inline(FileWord), Path, description = "the file of the book, as in `tickets`"), ImportAsked),
    request_body(description = "the rows", content(
        (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/vnd.apache.parquet"),
        (String = "application/gzip"), (String = "application/zstd"), (String = "application/octet-stream"),
    )),
    responses((status = 200, description = "what came of it", body = ImportRow)))]
async fn import(
    State(server): State<Server>,
    Named(file): Named<String>,
    Asked(asked): Asked<ImportAsked>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportRow>, Problem> {
    let Some(noun) = File::named(&file) else {
        let names: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        let hint = Some(format!("the book has {}", names.join(", ")));
        return Err(Error::NotFound { what: "file of the book", id: file, hint }.into());
    };
    let format = Format::said(&headers)?;
    let folder = folder(&server.app)?;
    let received = folder.path().join("body");
    receive(&headers, body, &received).await?;
    let path = name(&received, noun, format)?;
    let request = ImportRequest {
        path,
        source: Some(format!("POST /api/v1/import/{}", noun.name)),
        mode: asked.mode,
        dry_run: asked.dry_run,
        strict: asked.strict,
        ..ImportRequest::default()
    };
    let imported = server.change(move |app| async move {
        // Held until the import is done: with it the folder goes.
        let _folder = folder;
        app.import(&request, None).await
    });
    judge(imported.await?, asked.dry_run).map(Json)
}

/// The report, or a problem where nothing was taken.
fn judge(imported: Imported, dry_run: bool) -> Result<ImportRow, Problem> {
    if let Some(error) = imported.report.files.iter().find_map(|file| file.error.clone()) {
        return Err(Problem::not_imported(error, imported.row));
    }
    if !imported.kept && !dry_run {
        let total = imported.report.total();
        let detail = format!(
            "{} of {} rows cannot be taken, and strict keeps all or nothing",
            total.rejected, total.read
        );
        return Err(Problem::not_imported(detail, imported.row));
    }
    Ok(imported.row)
}

/// A folder of its own within the data folder, on whose disk there must be room for the rows anyway.
fn folder(app: &App) -> Result<TempDir, Error> {
    let within = app.folder().join("tmp");
    let doing = || format!("make a folder in {}", within.display());
    std::fs::create_dir_all(&within).map_err(Error::io(doing()))?;
    tempfile::Builder::new().prefix("import-").tempdir_in(&within).map_err(Error::io(doing()))
}

/// Writes the body to a file.
async fn receive(headers: &HeaderMap, body: Body, path: &Path) -> Result<(), Problem> {
    let too_large = || {
        let mebibytes = LARGEST_BODY >> 20;
        Problem::new(
            Kind::TooLarge,
            format!(
                "the body is larger than {mebibytes} MiB; send it in parts, or run dearly import beside the server"
            ),
        )
    };
    let said = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > LARGEST_BODY) {
        return Err(too_large());
    }
    let write = || Error::io("write what was received");
    let mut file = tokio::fs::File::create(path).await.map_err(write())?;
    let (mut pieces, mut length) = (body.into_data_stream(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| Problem::invalid(format!("the body broke off: {error}")))?;
        length += piece.len() as u64;
        if length > LARGEST_BODY {
            return Err(too_large());
        }
        file.write_all(&piece).await.map_err(write())?;
    }
    file.flush().await.map_err(write())?;
    Ok(())
}

/// Names the file as the book names it, so that it is read as what it is.
fn name(received: &Path, noun: &File, said: Option<Format>) -> Result<PathBuf, Problem> {
    let read = |error| Problem::from(Error::io("read what was received")(error));
    let mut head = Vec::new();
    let mut file = std::fs::File::open(received).map_err(read)?.take(HEAD);
    file.read_to_end(&mut head).map_err(read)?;
    let path = received.with_file_name(format!("{}{}", noun.name, ending(&head, said)?));
    std::fs::rename(received, &path).map_err(read)?;
    Ok(path)
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
    Parquet,
}

impl Format {
    /// What the content type says, where it says anything.
    fn said(headers: &HeaderMap) -> Result<Option<Format>, Problem> {
        let Some(said) = headers.get(CONTENT_TYPE) else {
            return Ok(None);
        };
        let said = said
            .to_str()
            .unwrap_or("unreadable")
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match said.as_str() {
            "text/csv" | "application/csv" => Ok(Some(Format::Csv)),
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines" => Ok(Some(Format::JsonLines)),
            "application/vnd.apache.parquet" | "application/x-parquet" => Ok(Some(Format::Parquet)),
            // Says nothing of the rows: what tools send when they are told nothing, and what is around them.
            ""
            | "application/octet-stream"
            | "application/x-www-form-urlencoded"
            | "text/plain"
            | "application/gzip"
            | "application/x-gzip"
            | "application/zstd" => Ok(None),
            _ => Err(Problem::new(
                Kind::MediaType,
                format!(
                    "{said:?} holds no rows; send text/csv, application/x-ndjson, application/vnd.apache.parquet, \
                     application/gzip, application/zstd or application/octet-stream"
                ),
            )),
        }
    }

    /// What the first bytes say.
    fn seen(head: &[u8]) -> Format {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        match text.trim_ascii_start().first() {
            _ if head.starts_with(b"PAR1") => Format::Parquet,
            Some(b'{') => Format::JsonLines,
            _ => Format::Csv,
        }
    }
}

/// The ending that goes with the first bytes and with what was said of them.
fn ending(head: &[u8], said: Option<Format>) -> Result<String, Problem> {
    let mut inner = Vec::new();
    let around = match head {
        // The end of the piece breaks the stream off; what comes before is enough.
        [0x1f, 0x8b, ..] => {
            let _ = flate2::read::MultiGzDecoder::new(head).take(HEAD).read_to_end(&mut inner);
            ".gz"
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            if let Ok(decoder) = zstd::stream::read::Decoder::new(head) {
                let _ = decoder.take(HEAD).read_to_end(&mut inner);
            }
            ".zst"
        }
        _ => "",
    };
    let bytes = if around.is_empty() { head } else { &inner };
    match said.unwrap_or_else(|| Format::seen(bytes)) {
        Format::Csv => Ok(format!(".csv{around}")),
        Format::JsonLines => Ok(format!(".jsonl{around}")),
        Format::Parquet if around.is_empty() => Ok(".parquet".to_owned()),
        Format::Parquet => {
            Err(Problem::new(Kind::MediaType, "Parquet is compressed within; send it as it is"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_first_bytes_say_what_nobody_said() {
        let gzip = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        for (head, said, expected) in [
            (b"external_id,name\n".to_vec(), None, ".csv"),
            (b"{\"external_id\":1}".to_vec(), None, ".jsonl"),
            (b"\xef\xbb\xbf {\"external_id\":1}".to_vec(), None, ".jsonl"),
            (b"{\"external_id\":1}".to_vec(), Some(Format::Csv), ".csv"),
            (b"PAR1....".to_vec(), None, ".parquet"),
            (gzip(b"external_id\n1\n"), None, ".csv.gz"),
            (gzip(b"{}\n"), None, ".jsonl.gz"),
            (gzip(b"{}\n"), Some(Format::Csv), ".csv.gz"),
            (zstd::encode_all(&b"{}\n"[..], 3).unwrap(), None, ".jsonl.zst"),
            (Vec::new(), None, ".csv"),
        ] {
            assert_eq!(ending(&head, said).unwrap(), expected, "{head:?}");
        }
        assert!(ending(&gzip(b"PAR1...."), None).is_err());
    }
}
