use std::time::Duration;

use dearly_api::Listeners;
use dearly_app::App;
use dearly_app::ingest::{Door, IngestOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(folder.path(), None).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let telemetry = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = Door::default();
    door.open(app.start_ingestion(IngestOptions::default()).await.unwrap());
    let listeners = Listeners { everything: listener, telemetry: Some(telemetry) };
    let serving = tokio::spawn(dearly_api::serve(app, door, listeners, async { drop(stopped.await) }));
    // A connection that stays open must not keep the server.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    stop.send(()).unwrap();
    let done = tokio::time::timeout(Duration::from_secs(10), serving).await.expect("it stops");
    done.unwrap().unwrap();
}

#[tokio::test]
async fn it_does_not_serve_other_machines() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(folder.path(), None).await.unwrap();
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let listeners = Listeners { everything: listener, telemetry: None };
    let error = dearly_api::serve(app, Door::default(), listeners, std::future::pending()).await.unwrap_err();
    assert!(matches!(error, dearly_api::Error::BeyondLoopback { .. }), "{error}");
}
