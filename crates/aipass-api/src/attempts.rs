//! The requests of one call: one for each attempt.

use reqwest::Request;

/// Gives a request for each attempt: always a first one, and `None` after it where the body can be sent only once.
pub type Attempts<'a> = dyn FnMut() -> Option<Request> + Send + 'a;

/// Copies of a request, for as long as it can be copied: a body that is a stream is sent once.
pub fn copies(request: Request) -> impl FnMut() -> Option<Request> + Send {
    let mut request = Some(request);
    move || {
        let copy = request.as_ref()?.try_clone();
        copy.or_else(|| request.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multipart::{FilePart, Form};
    use http::Method;

    fn post(body: reqwest::Body) -> Request {
        let mut request = Request::new(Method::POST, "http://127.0.0.1/x".parse().unwrap());
        *request.body_mut() = Some(body);
        request
    }

    #[test]
    fn what_is_in_memory_is_sent_as_often_as_it_has_to_be() {
        let mut attempts = copies(post("{}".into()));
        for _ in 0..3 {
            let request = attempts().unwrap();
            let body = request.body().and_then(reqwest::Body::as_bytes);
            assert_eq!(body, Some(b"{}".as_slice()));
        }
    }

    #[test]
    fn a_stream_is_sent_once() {
        let part = FilePart::from_reader("a.txt", "text/plain", &b"abc"[..]);
        let mut form = Form::new();
        form.file("file", &part);
        let (_, body) = form.into_streamed();
        let mut attempts = copies(post(body.to_body()));
        assert!(attempts().is_some_and(|request| request.body().is_some()));
        assert!(attempts().is_none());
    }
}
