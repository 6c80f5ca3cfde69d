//! The visitor of a site: a browser of the fewest lines, which keeps one cookie.

use std::{io, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

pub(crate) struct Browser {
    site: SocketAddr,
    cookie: String,
}

/// What came back.
pub(crate) struct Page {
    head: String,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(site: SocketAddr) -> Self {
        let cookie = String::new();
        Self { site, cookie }
    }

    /// Sends one request and waits for the end of the answer. It follows no redirect.
    pub(crate) async fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<Page> {
        let (cookie, length) = (&self.cookie, body.len());
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: {}\r\ncookie: {cookie}\r\ncontent-length: {length}\r\n\r\n{body}",
            self.site
        );
        let mut socket = TcpStream::connect(self.site).await?;
        socket.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let page = Page {
            head: head.to_owned(),
            text: text.to_owned(),
        };
        if let Some((cookie, _)) = page.header("set-cookie").split_once(';') {
            cookie.clone_into(&mut self.cookie);
        }
        Ok(page)
    }
}

impl Page {
    pub(crate) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// A header of the answer; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value));
        values.next().unwrap_or_default()
    }
}
