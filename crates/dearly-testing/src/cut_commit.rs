//! A commit of which nobody hears whether it came to pass.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use crate::postgres::{Server, percent_encoded};

/// A way to a database of PostgreSQL that, once told to, lets a commit through and breaks the connection before the answer.
#[derive(Debug)]
pub struct CutCommit {
    url: String,
    armed: Arc<AtomicBool>,
    _folder: TempDir,
}

impl CutCommit {
    /// A way to a new, empty database of the server.
    ///
    /// # Panics
    /// When the database or the socket cannot be made.
    pub fn new(server: &Server) -> CutCommit {
        let url = server.new_database();
        let folder = tempfile::Builder::new().prefix("dearly-cut-").tempdir().expect("a temporary folder");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let (armed, server) = (Arc::new(AtomicBool::new(false)), server.folder().join(SOCKET));
        let told = Arc::clone(&armed);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (told, server) = (Arc::clone(&told), server.clone());
                std::thread::spawn(move || connect(client, &server, &told));
            }
        });
        let address = url.split('?').next().expect("an address");
        let url = format!("{address}?host={}", percent_encoded(folder.path()));
        CutCommit { url, armed, _folder: folder }
    }

    /// The address that goes this way.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Cuts the next commit.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Whether the commit is still to come.
    pub fn is_armed(&self) -> bool {
        self.armed.load(Ordering::SeqCst)
    }
}

/// What PostgreSQL calls its socket.
const SOCKET: &str = ".s.PGSQL.5432";

fn connect(client: UnixStream, server: &Path, armed: &Arc<AtomicBool>) {
    let server = UnixStream::connect(server).expect("PostgreSQL answers");
    let is_cut = Arc::new(AtomicBool::new(false));
    let back = {
        let (server, client) = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
        let is_cut = Arc::clone(&is_cut);
        std::thread::spawn(move || pass(server, client, |_| !is_cut.load(Ordering::SeqCst)))
    };
    pass(client, server, |bytes| {
        let is_commit = bytes.windows(6).any(|own| own == b"COMMIT");
        if is_commit && armed.swap(false, Ordering::SeqCst) {
            is_cut.store(true, Ordering::SeqCst);
        }
        true
    });
    let _ = back.join();
}

/// Hands on what comes until one side ends or `goes_on` says no; then neither side hears more.
fn pass(mut from: UnixStream, mut to: UnixStream, mut goes_on: impl FnMut(&[u8]) -> bool) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(n) = from.read(&mut bytes) {
        if n == 0 || !goes_on(&bytes[..n]) || to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
