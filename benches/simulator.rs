//! How many Bot API calls a second the simulator takes on one core: `cargo bench --bench simulator`.
//!
//! The simulator runs on a runtime of one thread, so that it cannot use more than one core, and knows tens of thousands
//! of people. The callers have threads of their own, and speak plain HTTP/1.1 over connections that stay open.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use shopkeeper::simulator::{Person, Simulator, launch};

const TOKEN: &str = "4242:bench";
const PEOPLE: i64 = 30_000;
const CALLERS: i64 = 8;
const LENGTH: Duration = Duration::from_secs(5);

fn main() -> io::Result<()> {
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        let one_core = tokio::runtime::Builder::new_current_thread().enable_all().build();
        one_core.map(|runtime| {
            runtime.block_on(async {
                let simulator = Simulator::new();
                for id in 1..=PEOPLE {
                    let first_name = format!("Person {id}");
                    simulator.person(TOKEN, Person { id, first_name, username: None, language_code: None });
                    simulator.open_chat(TOKEN, id);
                }
                let server = launch(simulator, 0).await;
                let _ = told.send(server.as_ref().map(|server| server.base_url.clone()).map_err(ToString::to_string));
                std::future::pending::<()>().await;
            });
        })
    });
    let address = heard.recv().map_err(io::Error::other)?.map_err(io::Error::other)?;
    let address = address.trim_start_matches("http://").to_owned();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let address = address.clone();
            thread::spawn(move || call_for(&address, caller))
        })
        .collect();
    let calls = callers.into_iter().map(|caller| caller.join().unwrap_or(Ok(0))).sum::<io::Result<u64>>()?;
    let rate = calls as f64 / LENGTH.as_secs_f64();
    println!("sendMessage to {PEOPLE} people, {CALLERS} connections, one core: {rate:>7.0} calls a second");
    Ok(())
}

/// Sends one message after another, and counts those that were taken.
fn call_for(address: &str, caller: i64) -> io::Result<u64> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut answers, mut stream) = (BufReader::new(stream.try_clone()?), stream);
    let (began, mut calls) = (Instant::now(), 0);
    while began.elapsed() < LENGTH {
        let person = (caller * 4_001 + calls as i64 * 7) % PEOPLE + 1;
        let body = format!(r#"{{"chat_id":{person},"text":"<b>Sencha</b>, 420 ₴","parse_mode":"HTML"}}"#);
        let head = format!(
            "POST /bot{TOKEN}/SendMessage HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes())?;
        if !read_answer(&mut answers)? {
            return Err(io::Error::other("a call was refused"));
        }
        calls += 1;
    }
    Ok(calls)
}

/// Whether the answer says `"ok":true`.
fn read_answer(answers: &mut impl BufRead) -> io::Result<bool> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    answers.read_exact(&mut body)?;
    Ok(body.starts_with(br#"{"ok":true"#))
}
