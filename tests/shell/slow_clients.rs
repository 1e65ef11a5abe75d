//! Clients that send a request slowly, or connect and send nothing, keep nobody else from being served.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rocket::data::{Data, ToByteUnit};
use rocket::http::Status;
use rocket::{Build, Rocket, State, get, post, routes};
use shopkeeper::server::{ClientLimits, Running, launch_limited};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Whatever is awaited here comes much sooner.
const LIMIT: Duration = Duration::from_secs(30);

#[get("/held")]
async fn held(answers: &State<Arc<Notify>>) -> &'static str {
    answers.notified().await;
    "held"
}

#[post("/echo", data = "<body>")]
async fn echo(body: Data<'_>) -> Option<Vec<u8>> {
    body.open(12.mebibytes()).into_bytes().await.ok().map(|bytes| bytes.into_inner())
}

#[post("/short", data = "<body>")]
async fn short_body(body: Data<'_>) -> Status {
    match body.open(512.kibibytes()).into_bytes().await {
        Ok(bytes) if bytes.is_complete() => Status::Ok,
        _ => Status::PayloadTooLarge,
    }
}

async fn server(limits: ClientLimits) -> (Running, Arc<Notify>) {
    let answers = Arc::new(Notify::new());
    let managed = Arc::clone(&answers);
    let mount = |rocket: Rocket<Build>| rocket.manage(managed).mount("/", routes![held, echo, short_body]);
    (launch_limited(mount, 0, limits).await.unwrap(), answers)
}

fn short(connections: usize) -> ClientLimits {
    let short = Duration::from_millis(200);
    ClientLimits { connections, head: short, body: short, idle: short }
}

async fn connected(server: &Running) -> TcpStream {
    let address: SocketAddr = server.base_url.strip_prefix("http://").unwrap().parse().unwrap();
    timeout(LIMIT, TcpStream::connect(address)).await.unwrap().unwrap()
}

async fn sent(server: &Running, bytes: &str) -> TcpStream {
    let mut client = connected(server).await;
    client.write_all(bytes.as_bytes()).await.unwrap();
    client
}

/// All that the client is answered until the connection ends.
async fn answered(mut client: TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(LIMIT, client.read_to_end(&mut answer)).await.expect("the connection ends").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_request_that_does_not_arrive_is_given_up_and_one_that_is_worked_on_is_not() {
    let (server, answers) = server(short(16)).await;
    let working = sent(&server, "GET /held HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    for part in [
        "GET /held HTTP/1.1\r\nhost: x\r\n",
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf",
        "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let answer = answered(sent(&server, part).await).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{part}: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["status"], 408);
    }
    assert_eq!(answered(connected(&server).await).await, "", "a connection without a request ends without a word");
    answers.notify_one();
    let answer = answered(working).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("held"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn silent_connections_use_up_the_limit_only_until_they_time_out() {
    let (server, _) = server(short(2)).await;
    let silent = [connected(&server).await, connected(&server).await];
    let request = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntea";
    let answer = answered(sent(&server, request).await).await;
    assert!(answer.ends_with("\r\n\r\ntea"), "{answer}");
    for silent in silent {
        assert_eq!(answered(silent).await, "");
    }
    server.stop().await;
}

#[tokio::test]
async fn who_is_refused_is_told_so_however_much_there_is_left_to_send() {
    let (server, _) = server(ClientLimits::default()).await;
    // A path that there is not, and a body that the route does not read to its end.
    for (path, length, status) in [
        ("/nowhere", 100_000, "HTTP/1.1 404 "),
        ("/nowhere", 8_000_000, "HTTP/1.1 404 "),
        ("/short", 600_000, "HTTP/1.1 413 "),
        ("/short", 8_000_000, "HTTP/1.1 413 "),
    ] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        let mut client = sent(&server, &head).await;
        timeout(LIMIT, client.write_all(&vec![b' '; length])).await.unwrap().expect("all of it is taken");
        let answer = answered(client).await;
        assert!(answer.starts_with(status), "{path}, {length} bytes: {answer}");
    }
    server.stop().await;
}

#[tokio::test]
async fn requests_pass_as_they_are_sent() {
    let (server, _) = server(ClientLimits::default()).await;
    // In one connection, in any pieces: chunks, a body of a known length, and a head cut within its blank line.
    let chunks =
        "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n";
    let mut client = sent(&server, chunks).await;
    for (piece, rest) in [
        ("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r", "\nthree"),
        ("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfo", "ur"),
    ] {
        client.write_all(piece.as_bytes()).await.unwrap();
        client.flush().await.unwrap();
        client.write_all(rest.as_bytes()).await.unwrap();
    }
    let answer = answered(client).await;
    let bodies: Vec<_> = ["onetwo", "three", "four"].into_iter().filter_map(|body| answer.find(body)).collect();
    assert!(bodies.len() == 3 && bodies.is_sorted(), "{answer}");

    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..3 {
        let answer = http.post(format!("{}/echo", server.base_url)).body(large.clone()).send().await.unwrap();
        assert!(answer.bytes().await.unwrap() == large, "a large body comes back whole");
    }
    let gone = format!("{}/held", server.base_url);
    server.stop().await;
    assert!(http.get(gone).send().await.is_err(), "nothing listens any more");
}
