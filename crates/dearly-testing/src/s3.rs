//! A server that speaks the protocol of S3, on this machine: moto, which `scripts/tools` installs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The server; it ends when it is dropped.
pub struct S3Server {
    process: Child,
    /// As `http://127.0.0.1:5000`.
    pub address: String,
}

impl S3Server {
    /// `None`, and a word about it, where the server is not installed.
    pub fn start() -> Option<S3Server> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/lake/bin/moto_server");
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut process) = process else {
            eprintln!("skipped: no server of S3 is there; scripts/tools installs one");
            return None;
        };
        let mut lines = BufReader::new(process.stderr.take().expect("it is a pipe")).lines();
        let port = lines.by_ref().find_map(|line| {
            let line = line.ok()?;
            Some(line.split_once("http://127.0.0.1:")?.1.trim().to_owned())
        });
        let port = port.expect("a server that is installed starts, and says where");
        // Whoever writes into a closed pipe dies.
        std::thread::spawn(move || lines.for_each(drop));
        Some(S3Server { process, address: format!("http://127.0.0.1:{port}") })
    }

    /// Makes a bucket. Clients of object stores have no such request.
    pub fn create_bucket(&self, bucket: &str) {
        self.ask("PUT", bucket);
    }

    /// Takes an object away behind everybody's back.
    pub fn delete(&self, bucket: &str, path: &str) {
        self.ask("DELETE", &format!("{bucket}/{}", path.replace('=', "%3D")));
    }

    fn ask(&self, method: &str, what: &str) {
        let host = self.address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("the server listens");
        let authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, \
                             SignedHeaders=host, Signature=0";
        write!(
            stream,
            "{method} /{what} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        )
        .expect("the server takes a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the server answers");
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }

    /// The variables by which a program finds it.
    pub fn environment(&self) -> [(&'static str, &str); 5] {
        [
            ("AWS_ENDPOINT", &self.address),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
