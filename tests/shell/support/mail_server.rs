//! A mail server that keeps what comes, and answers as it is told.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use mailin::response::{AUTH_OK, INVALID_CREDENTIALS, OK};
use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::ports;

/// The only user and password that it knows.
const LOGIN: (&str, &str) = ("shop", "open sesame");

/// An e-mail, as it came.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedMail {
    pub(crate) to: String,
    pub(crate) message: String,
}

#[derive(Default)]
struct Inner {
    received: Mutex<Vec<ReceivedMail>>,
    answers: Mutex<VecDeque<u16>>,
}

pub(crate) struct MailServer {
    port: u16,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    pub(crate) async fn open() -> Self {
        let (port, inner) = (ports::leased(), Arc::<Inner>::default());
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let kept = Arc::clone(&inner);
        let task = tokio::spawn(async move {
            while let Ok((client, from)) = listener.accept().await {
                tokio::spawn(talk(client, from.ip(), Arc::clone(&kept)));
            }
        });
        Self { port, inner, task }
    }

    /// Where it is, for whoever knows the password.
    pub(crate) fn url(&self) -> String {
        format!("smtp://shop:open%20sesame@127.0.0.1:{}", self.port)
    }

    /// The same for somebody who does not.
    pub(crate) fn wrong_url(&self) -> String {
        format!("smtp://shop:sesame@127.0.0.1:{}", self.port)
    }

    /// Answers the next recipients so; all others are taken.
    pub(crate) fn answer(&self, codes: &[u16]) {
        self.inner.answers.lock().unwrap().extend(codes);
    }

    pub(crate) fn received(&self) -> Vec<ReceivedMail> {
        self.inner.received.lock().unwrap().clone()
    }
}

async fn talk(mut client: TcpStream, ip: IpAddr, inner: Arc<Inner>) -> std::io::Result<()> {
    let (reading, mut writing) = client.split();
    let mut reading = BufReader::new(reading);
    let mut builder = SessionBuilder::new("mail.example.com");
    builder.enable_auth(AuthMechanism::Plain).insecure_enable_plaintext_auth();
    let mut session = builder.build(ip, Mailbox { inner, mail: None });
    writing.write_all(&session.greeting().buffer()?).await?;
    let mut line = Vec::new();
    while reading.read_until(b'\n', &mut line).await? > 0 {
        let response = session.process(&line);
        line.clear();
        if !matches!(response.action, Action::NoReply) {
            writing.write_all(&response.buffer()?).await?;
        }
        if matches!(response.action, Action::Close) {
            break;
        }
    }
    Ok(())
}

struct Mailbox {
    inner: Arc<Inner>,
    /// The one that is coming in.
    mail: Option<ReceivedMail>,
}

impl Handler for Mailbox {
    fn rcpt(&mut self, to: &str) -> Response {
        match self.inner.answers.lock().unwrap().pop_front() {
            // As real servers do, it repeats the address.
            Some(550) => Response::custom(550, format!("5.1.1 <{to}>: no such user")),
            Some(code) => Response::custom(code, format!("<{to}>: not now")),
            None => {
                self.mail = Some(ReceivedMail { to: to.to_owned(), message: String::new() });
                OK
            }
        }
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        if let Some(mail) = &mut self.mail {
            mail.message += &String::from_utf8_lossy(line);
        }
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.inner.received.lock().unwrap().extend(self.mail.take());
        OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        if (user, password) == LOGIN { AUTH_OK } else { INVALID_CREDENTIALS }
    }
}
