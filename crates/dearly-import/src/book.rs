//! A book on disk: which file holds which noun.

use std::path::Path;
use std::sync::Arc;

use dearly_domain::File;
use dearly_domain::book::FILES;

use crate::error::{Error, FileError};
use crate::mapping::Mapping;
use crate::nearest;
use crate::read::{Input, Prepared, Reading};
use crate::source::Source;

/// A book that can be read.
#[derive(Debug)]
pub struct Book {
    files: Vec<BookFile>,
    notes: Vec<String>,
}

/// A file of a book.
#[derive(Debug)]
pub struct BookFile {
    file: &'static File,
    inputs: Vec<Input>,
    /// Why it cannot be read, where that is known already.
    fault: Option<FileError>,
}

impl Book {
    /// Finds the files of a book: those of a folder that bear a noun's name, a single such file, or what a mapping
    /// makes of the files of a folder.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NoFiles`], [`Error::NoAccounts`], [`Error::NotOfTheBook`], [`Error::Mapping`] with
    /// every error of the mapping against the files found, [`Error::Unreadable`].
    pub fn open(path: &Path, mapping: Option<&Mapping>) -> Result<Book, Error> {
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Missing { path: path.to_owned() });
            }
            Err(source) => {
                return Err(Error::Unreadable { path: path.to_owned(), source });
            }
        };
        match mapping {
            Some(mapping) => Book::mapped(path, mapping),
            None if metadata.is_dir() => Book::folder(path),
            None => Book::single(path),
        }
    }

    fn folder(path: &Path) -> Result<Book, Error> {
        let sources =
            Source::list(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        let (known, unknown): (Vec<_>, Vec<_>) =
            sources.into_iter().partition(|source| File::named(&source.stem).is_some());
        let notes: Vec<String> = unknown.iter().map(stranger).collect();
        if known.is_empty() {
            let found = (!notes.is_empty()).then(|| notes.join("; "));
            return Err(Error::NoFiles { path: path.to_owned(), found });
        }
        if !known.iter().any(|source| source.stem == "accounts") {
            let found =
                known.iter().map(|source| source.name.clone()).chain(notes).collect::<Vec<_>>().join(", ");
            return Err(Error::NoAccounts { path: path.to_owned(), found });
        }
        let mut files = Vec::new();
        for file in FILES {
            let sources: Vec<Source> =
                known.iter().filter(|source| source.stem == file.name).cloned().collect();
            let fault = (sources.len() > 1).then(|| FileError::SeveralFiles {
                noun: file.name.to_owned(),
                files: sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(" and "),
            });
            if !sources.is_empty() {
                files.push(BookFile { file, inputs: sources.into_iter().map(Input::File).collect(), fault });
            }
        }
        Ok(Book { files, notes })
    }

    fn single(path: &Path) -> Result<Book, Error> {
        let source = Source::recognise(path);
        let file = source.as_ref().and_then(|source| File::named(&source.stem));
        let (Some(source), Some(file)) = (source, file) else {
            let stem = path.file_name().unwrap_or_default().to_string_lossy();
            let stem = stem.split('.').next().unwrap_or_default();
            return Err(Error::NotOfTheBook {
                path: path.to_owned(),
                hint: nearest::hint(stem, FILES.iter().map(|file| file.name)),
                expected: FILES.iter().map(|file| file.name).collect::<Vec<_>>().join(", "),
            });
        };
        let files = vec![BookFile { file, inputs: vec![Input::File(source)], fault: None }];
        Ok(Book { files, notes: Vec::new() })
    }

    fn mapped(path: &Path, mapping: &Mapping) -> Result<Book, Error> {
        let bound = mapping.bind(path)?;
        let mut files = Vec::new();
        for file in FILES {
            let inputs: Vec<Input> = bound
                .iter()
                .filter(|bound| bound.file.name == file.name)
                .map(|bound| Input::Mapped(Arc::clone(bound)))
                .collect();
            if !inputs.is_empty() {
                files.push(BookFile { file, inputs, fault: None });
            }
        }
        Ok(Book { files, notes: Vec::new() })
    }

    /// The files, each after those it refers to.
    pub fn files(&self) -> &[BookFile] {
        &self.files
    }

    /// What the report should say about the folder: files that are none of the book's.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl BookFile {
    /// The file of the book.
    pub fn file(&self) -> &'static File {
        self.file
    }

    /// The names of the files on disk that it is read from.
    pub fn sources(&self) -> Vec<String> {
        let mut names: Vec<String> = self.inputs.iter().map(|input| input.name().to_owned()).collect();
        names.dedup();
        names
    }

    /// The size on disk.
    pub fn bytes(&self) -> u64 {
        self.inputs.iter().map(Input::bytes).sum()
    }

    /// The first pass over the file.
    ///
    /// # Errors
    /// [`FileError`]: nothing of this file can be imported; the other files can.
    pub fn prepare(&self, reading: &Reading) -> Result<Prepared, FileError> {
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None => Prepared::new(self.file, self.inputs.clone(), reading),
        }
    }
}

fn stranger(source: &Source) -> String {
    let hint = nearest::hint(&source.stem, FILES.iter().map(|file| file.name));
    format!("{} is not a file of the book and was left out{hint}", source.name)
}

/// The most frequent currency of the terms of a book, for a workbook that names none; ties go by the alphabet.
/// `None` where no term names one, or none can be read.
pub fn dominant_currency(book: &Book) -> Option<String> {
    let terms = book.files.iter().find(|file| file.file.name == "subscriptions")?;
    let prepared = terms.prepare(&Reading::default()).ok()?;
    let most = *prepared.currencies().values().max()?;
    prepared.currencies().iter().find(|(_, count)| **count == most).map(|(code, _)| code.clone())
}
