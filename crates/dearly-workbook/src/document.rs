//! The files of a workbook as text.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::problem::Problem;

/// The longest file that is read: no workbook written by people comes near it.
const LONGEST_FILE_BYTES: u64 = 1 << 20;
const MOST_FILES: usize = 2_000;
const DEEPEST_FOLDER: usize = 16;

/// One file of a workbook. A file holds one or more YAML documents, set apart by `---`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Where it stands, relative to the folder of the workbook, with `/` between its parts.
    pub path: String,
    /// Its text, verbatim.
    pub text: String,
}

/// Reads every `*.yaml` and `*.yml` below a folder, in the order of their paths; folders and files whose names start
/// with a dot are skipped, and links to folders are not followed.
///
/// # Errors
/// Every problem at once: no such folder, files that cannot be read, that are not UTF-8 or longer than 1 MiB.
pub fn read(dir: &Path) -> Result<Vec<Document>, Vec<Problem>> {
    let shown = dir.display().to_string();
    if !dir.is_dir() {
        let what = if dir.exists() { "is not a folder" } else { "does not exist" };
        let help = "write the default workbook there with `dearly workbook init`".to_owned();
        return Err(vec![Problem::whole(shown, format!("the folder of the workbook {what}"), Some(help))]);
    }
    let mut reader = Reader::default();
    reader.folder(dir, "", 0);
    if reader.problems.is_empty() {
        reader.documents.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(reader.documents)
    } else {
        reader.problems.sort_by(|a, b| a.path.cmp(&b.path));
        Err(reader.problems)
    }
}

/// Writes the documents below a folder, which is made where it is missing. Other files there stay as they are.
///
/// # Errors
/// The first file that cannot be written, or whose path leads out of the folder.
pub fn write(dir: &Path, documents: &[Document]) -> Result<(), Problem> {
    for document in documents {
        write_file(dir, &document.path, &document.text)?;
    }
    Ok(())
}

pub(crate) fn write_file(dir: &Path, path: &str, text: &str) -> Result<(), Problem> {
    let failed = |error: std::io::Error| Problem::whole(path, format!("cannot be written: {error}"), None);
    let relative = Path::new(path);
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.is_empty() {
        return Err(Problem::whole(path, "leads out of the folder of the workbook", None));
    }
    let target: PathBuf = dir.join(relative);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(&target, text).map_err(failed)
}

/// A hash of paths and texts, 32 hexadecimal digits; the order of the documents does not matter. It is the same on
/// every machine and in every version.
pub fn content_hash(documents: &[Document]) -> String {
    let mut sorted: Vec<&Document> = documents.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hasher = Xxh3::new();
    for document in sorted {
        for part in [&document.path, &document.text] {
            // The length keeps `ab` + `c` apart from `a` + `bc`.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    format!("{:032x}", hasher.digest128())
}

#[derive(Default)]
struct Reader {
    documents: Vec<Document>,
    problems: Vec<Problem>,
}

impl Reader {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        let shown = if prefix.is_empty() { folder.display().to_string() } else { prefix.to_owned() };
        if depth > DEEPEST_FOLDER {
            return self.problem(&shown, format!("folders are nested more than {DEEPEST_FOLDER} deep"));
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problem(&shown, format!("cannot be read: {error}")),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.problem(&shown, format!("cannot be read: {error}")),
            };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.problem(&shown, format!("holds a file whose name is not UTF-8: {}", name.display()));
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_yaml = [".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
            if is_folder {
                self.folder(&entry.path(), &path, depth + 1);
            } else if is_yaml {
                self.file(&entry.path(), path);
            }
        }
    }

    fn file(&mut self, file: &Path, path: String) {
        if self.documents.len() == MOST_FILES {
            return self.problem(&path, format!("the folder holds more than {MOST_FILES} files"));
        }
        let length = fs::metadata(file).map_or(0, |metadata| metadata.len());
        if length > LONGEST_FILE_BYTES {
            return self
                .problem(&path, format!("is {length} bytes long; at most {LONGEST_FILE_BYTES} are read"));
        }
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) => return self.problem(&path, format!("cannot be read: {error}")),
        };
        match String::from_utf8(bytes) {
            Ok(text) => self.documents.push(Document { path, text }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
                let mut problem =
                    Problem::whole(path, "is not UTF-8 from here", Some("save it as UTF-8".to_owned()));
                (problem.line, problem.column) = (line as u32, column as u32);
                self.problems.push(problem);
            }
        }
    }

    fn problem(&mut self, path: &str, message: String) {
        self.problems.push(Problem::whole(path, message, None));
    }
}
