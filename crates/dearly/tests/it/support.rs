//! A folder of its own for each test, and the binary run in it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use tempfile::TempDir;

/// The file of the binary.
pub(crate) const DEARLY: &str = env!("CARGO_BIN_EXE_dearly");

/// A temporary folder in which commands run; the data folder within it is `data` unless another is named.
pub(crate) struct Place {
    folder: TempDir,
    /// Variables that its commands see.
    environment: Vec<(String, String)>,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// Its commands see these variables.
    pub(crate) fn with_environment<'a>(
        mut self,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Place {
        self.environment
            .extend(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    /// A place whose data folder holds the small book and its workbook.
    pub(crate) fn with_book() -> Place {
        let place = Place::new();
        place.write_files("book", &crate::book::files());
        place.dearly("import book").run();
        place.apply(&[("features.yaml", crate::book::FEATURES), ("setup.yaml", crate::book::SETUP)]);
        place
    }

    /// A place whose data folder holds a demo book of twelve customers.
    pub(crate) fn with_demo() -> Place {
        let place = Place::new();
        place.dearly("demo --accounts 12 --seed 3 --no-serve").run();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Place {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn write_files(&self, folder: &str, files: &[(String, String)]) -> &Place {
        for (name, text) in files {
            self.write(&format!("{folder}/{name}"), text);
        }
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names within a folder, in order; none where it is not there.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        names_within(&self.path(folder))
    }

    /// Puts the default workbook in force, with other texts in some of its files.
    pub(crate) fn apply(&self, replaced: &[(&str, &str)]) -> &Place {
        let _ = fs::remove_dir_all(self.path("applied"));
        self.dearly("workbook init applied").run();
        for (name, text) in replaced {
            self.write(&format!("applied/{name}"), text);
        }
        self.dearly("workbook apply applied").run();
        self
    }

    /// A command line, split at blanks.
    pub(crate) fn dearly(&self, arguments: &str) -> Dearly {
        let mut command = Command::new(DEARLY);
        command.current_dir(self.folder.path());
        clean(&mut command);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(arguments.split_whitespace());
        Dearly { command, data: Some("data".to_owned()), code: 0 }
    }

    /// A shell script in which `$DEARLY` is the binary.
    pub(crate) fn shell(&self, script: &str) -> Dearly {
        let mut command = Command::new("sh");
        command.current_dir(self.folder.path()).args(["-c", script]).env("DEARLY", DEARLY);
        clean(&mut command);
        Dearly { command, data: None, code: 0 }
    }

    /// What the small book says, in scores, lists, retention and an explanation: equal books say the same.
    pub(crate) fn state(&self, data: &str) -> String {
        let mut state = String::new();
        for question in [
            "score --from 2025-01-31 --to 2025-06-30 --every month --format json",
            "accounts --all --as-of 2025-06-30 --format json",
            "retention --from 2025-01-01 --to 2025-07-01 --by arr_band --format json",
            "explain acme --as-of 2025-06-30 --since 2025-05-31 --format json",
        ] {
            state.push_str(&self.dearly(question).data(data).run().stdout);
        }
        state
    }
}

fn clean(command: &mut Command) {
    for name in ["DEARLY_DATA", "DEARLY_LISTEN", "DEARLY_LOG", "DATABASE_URL", "DEARLY_LAKE"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
}

fn names_within(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// All files below a folder, as paths within it.
pub(crate) fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for name in names_within(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            files.extend(files_below(&path).iter().map(|own| format!("{name}/{own}")));
        } else {
            files.push(name);
        }
    }
    files
}

/// A command that is to be run.
pub(crate) struct Dearly {
    command: Command,
    data: Option<String>,
    code: i32,
}

impl Dearly {
    /// One more argument, which may hold blanks.
    pub(crate) fn argument(mut self, argument: impl AsRef<OsStr>) -> Dearly {
        self.command.arg(argument);
        self
    }

    /// Another data folder than `data`.
    pub(crate) fn data(mut self, folder: &str) -> Dearly {
        self.data = Some(folder.to_owned());
        self
    }

    /// Another exit code than 0 is expected.
    pub(crate) fn exits(mut self, code: i32) -> Dearly {
        self.code = code;
        self
    }

    fn whole(mut self) -> Command {
        if let Some(data) = &self.data {
            self.command.args(["--data", data]);
        }
        self.command
    }

    /// Starts the command, and does not wait for it.
    pub(crate) fn start(self) -> Child {
        self.whole().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs the command, and insists on its exit code.
    #[track_caller]
    pub(crate) fn run(self) -> Said {
        let code = self.code;
        let mut command = self.whole();
        let output = command.output().unwrap();
        let said = Said {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert_eq!(output.status.code(), Some(code), "{command:?}\n{}\n{}", said.stdout, said.stderr);
        said
    }
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Insists that stderr says each of the words.
    #[track_caller]
    pub(crate) fn warns(&self, words: &[&str]) -> &Said {
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not said: {}", self.stderr);
        }
        self
    }

    /// Insists that stdout says each of the words.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) -> &Said {
        for word in words {
            assert!(self.stdout.contains(word), "{word:?} is not said: {}", self.stdout);
        }
        self
    }

    /// The counts of an import's JSON, as in `accounts 2 read, 2 added, 0 changed, 0 unchanged, 0 rejected`.
    #[track_caller]
    pub(crate) fn counts(&self) -> String {
        let report = self.json();
        let mut text = String::new();
        for file in report["report"]["files"].as_array().expect("an import's report") {
            write!(text, "{}", file["file"].as_str().unwrap()).unwrap();
            for count in ["read", "added", "changed", "unchanged", "rejected"] {
                write!(text, " {}", file[count]).unwrap();
            }
            text.push('\n');
        }
        text
    }

    /// The rows of CSV on stdout, each a map from column to cell. No cell in it may hold a comma.
    pub(crate) fn csv(&self) -> Vec<Value> {
        let mut lines =
            self.stdout.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        lines
            .map(|cells| {
                assert_eq!(cells.len(), header.len(), "{cells:?}");
                header.iter().cloned().zip(cells.into_iter().map(Value::from)).collect()
            })
            .collect()
    }
}

/// A `dearly serve` on a free port; it is stopped when dropped.
pub(crate) struct Server {
    /// None for a second address of the same process.
    child: Option<Child>,
    address: String,
    /// What it says after its address.
    said: Receiver<String>,
}

impl Server {
    pub(crate) fn start(command: Dearly) -> Server {
        let mut child = command.start();
        let mut line = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        while !line.contains("http://") {
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "the server ended before it served");
        }
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split_whitespace().next().unwrap().to_owned();
        // Whatever else it says must have somewhere to go.
        let (say, said) = channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
        Server { child: Some(child), address, said }
    }

    /// Its listener for telemetry alone, by this machine's own name.
    pub(crate) fn telemetry(&self) -> Server {
        let line = self.said.iter().find(|line| line.contains("http://")).expect("it says where");
        let (_, rest) = line.split_once("http://").unwrap();
        let port = rest.split_whitespace().next().unwrap().rsplit_once(':').unwrap().1;
        Server { child: None, address: format!("127.0.0.1:{port}"), said: channel().1 }
    }

    /// The body of what the server answers to a GET.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> String {
        let (status, body) = self.answer(path);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Status and body of what the server answers to a GET.
    pub(crate) fn answer(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// Status and body of what the server answers to a POST, with a write key as a bearer token.
    pub(crate) fn post(&self, path: &str, key: Option<&str>, body: &str) -> (u16, String) {
        let key = key.map_or_else(String::new, |key| format!("Authorization: Bearer {key}\r\n"));
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{key}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }

    /// Sends a batch of telemetry until the door is open: it opens beside the first requests.
    pub(crate) fn send(&self, key: &str, batch: &str) -> (u16, String) {
        loop {
            let (status, said) = self.post("/v1/batch", Some(key), batch);
            if status != 503 {
                return (status, said);
            }
        }
    }

    fn ask(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_ascii_lowercase();
        let body = &answer[end + 4..];
        let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    /// The most memory that it ever held, in MiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory_mib(&self) -> u64 {
        let id = self.child.as_ref().expect("the process itself").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the kernel says it");
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
    }

    /// Asks the server to end, and returns its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let child = self.child.as_mut().expect("the process itself");
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").expect("the size of a chunk");
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
}
