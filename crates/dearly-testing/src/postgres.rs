//! A throwaway PostgreSQL 15: one server per test process, as an ordinary user, reachable by a Unix socket only.
//!
//! A shell stands between: it starts the server and reads from a pipe that only this process can write to. However
//! this process ends, the pipe closes, and the shell stops the server and removes its folder. So none is orphaned.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const INSTALL: &str = "apt-get install postgresql-15 (Debian), or put the folder of initdb on PATH";
const START_WITHIN: Duration = Duration::from_secs(60);

/// A running server.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    /// Held open for as long as the server is wanted.
    _pipe: ChildStdin,
}

/// The server of this process, started with the first call.
///
/// # Errors
/// Why there is none, with what to do about it.
pub fn server() -> Result<&'static Server, String> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(Server::start).as_ref().map_err(Clone::clone)
}

/// [`server`]; where there is none, `None` after saying so on standard error.
///
/// # Panics
/// Where there is none and `CI` is `true`: there the tests must be whole.
pub fn server_or_skip() -> Option<&'static Server> {
    match server() {
        Ok(server) => Some(server),
        Err(reason) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("{reason}"),
        Err(reason) => {
            eprintln!("SKIPPED the PostgreSQL half of this test: {reason}");
            None
        }
    }
}

impl Server {
    /// The address of a new, empty database.
    ///
    /// # Panics
    /// When it cannot be created.
    pub fn new_database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let created =
            self.program("createdb").args(["-T", "template0", &name]).output().expect("createdb runs");
        assert!(created.status.success(), "createdb: {}", String::from_utf8_lossy(&created.stderr));
        format!("postgres://test@localhost/{name}?host={}", percent_encoded(&self.folder))
    }

    /// Where its socket is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn start() -> Result<Server, String> {
        let programs = programs().ok_or_else(|| format!("PostgreSQL 15 is not installed: {INSTALL}"))?;
        let folder = tempfile::Builder::new()
            .prefix("dearly-postgres-")
            .tempdir()
            .map_err(|error| error.to_string())?;
        let user = ordinary_user(folder.path())?;
        // From here on the shell removes the folder.
        let folder = folder.keep();
        let script = r#"
            trap '' INT TERM HUP
            cd "$1"
            "$0/initdb" -D data -U test -A trust --no-sync -E UTF8 --locale=C >log 2>&1 </dev/null &&
            {
                "$0/postgres" -D data -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off \
                    -c synchronous_commit=off -c max_connections=300 -c shared_buffers=32MB >>log 2>&1 </dev/null &
                server=$!
            }
            read -r _
            [ -n "$server" ] && kill -QUIT "$server" && wait "$server"
            cd / && rm -rf "$1"
        "#;
        let mut shell = match &user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([
                    &format!("--reuid={user}"),
                    &format!("--regid={}", group_of(user)?),
                    "--clear-groups",
                    "sh",
                ]);
                command
            }
            None => Command::new("sh"),
        };
        let child = shell
            .args(["-c", script])
            .arg(&programs)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own group, so that an interrupt from the keyboard ends the tests, and only then the server.
            .process_group(0)
            .spawn();
        let mut child = child.map_err(|error| {
            let _ = std::fs::remove_dir_all(&folder);
            format!("cannot start PostgreSQL: {error}")
        })?;
        let pipe = child.stdin.take().expect("stdin is piped");
        let server = Server { folder, programs, _pipe: pipe };
        let started = Instant::now();
        while !server.program("pg_isready").arg("-q").status().is_ok_and(|status| status.success()) {
            if started.elapsed() > START_WITHIN || child.try_wait().is_ok_and(|ended| ended.is_some()) {
                let log = std::fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL did not start within {} s: {log}", START_WITHIN.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-h").arg(&self.folder).args(["-U", "test"]).stdin(Stdio::null());
        command
    }
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let debian = PathBuf::from("/usr/lib/postgresql/15/bin");
    if debian.join("initdb").exists() {
        return Some(debian);
    }
    let asked = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    folder.join("initdb").exists().then_some(folder)
}

/// Whom to run as where this is root, as which `initdb` refuses to run; the folder then becomes theirs.
fn ordinary_user(folder: &Path) -> Result<Option<String>, String> {
    let id = Command::new("id").arg("-u").output().map_err(|error| format!("cannot run id: {error}"))?;
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        return Ok(None);
    }
    for user in ["postgres", "nobody"] {
        let given = Command::new("chown").arg(user).arg(folder).stderr(Stdio::null()).status();
        if given.is_ok_and(|status| status.success()) {
            return Ok(Some(user.to_owned()));
        }
    }
    Err("PostgreSQL does not run as root, and there is no user postgres or nobody".to_owned())
}

/// The number of a user's own group.
fn group_of(user: &str) -> Result<String, String> {
    let id =
        Command::new("id").args(["-g", user]).output().map_err(|error| format!("cannot run id: {error}"))?;
    Ok(String::from_utf8_lossy(&id.stdout).trim().to_owned())
}

pub(crate) fn percent_encoded(path: &Path) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.to_str().expect("temporary folders have plain names").bytes().map(encode).collect()
}
