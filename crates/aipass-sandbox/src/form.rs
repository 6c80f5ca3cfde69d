//! Reads the form out of a page's HTML: as much of HTML as our own consent page and its like use.

/// A form with its hidden fields and its buttons, as (name, value) pairs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) buttons: Vec<(String, String)>,
}

impl Form {
    /// The first form that is sent with POST.
    pub(crate) fn find(html: &str) -> Option<Self> {
        let mut form: Option<Self> = None;
        for tag in tags(html) {
            match (tag.name.as_str(), &mut form) {
                ("form", None) if tag.is("method", "post") => {
                    form = Some(Self {
                        action: tag.get("action")?,
                        ..Self::default()
                    });
                }
                ("/form", Some(_)) => break,
                ("input", Some(form)) if tag.is("type", "hidden") => form.hidden.extend(tag.pair()),
                ("button", Some(form)) => form.buttons.extend(tag.pair()),
                _ => {}
            }
        }
        form
    }
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name)
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    fn pair(&self) -> Option<(String, String)> {
        Some((self.get("name")?, self.get("value")?))
    }
}

/// The tags of a page in order. A script or style sheet with a `<` in it would confuse this; our pages have neither.
fn tags(html: &str) -> impl Iterator<Item = Tag> {
    html.split('<').skip(1).filter_map(parse_tag)
}

/// A tag from behind its `<`. A `>` inside an attribute must be escaped, as our pages do.
fn parse_tag(text: &str) -> Option<Tag> {
    let (inside, _) = text.split_once('>')?;
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while let Some((before, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"')?;
        let key = before.split_whitespace().last()?;
        attributes.push((key.to_ascii_lowercase(), unescape(value)));
        rest = after;
    }
    Some(Tag {
        name: name.to_ascii_lowercase(),
        attributes,
    })
}

fn unescape(text: &str) -> String {
    // The ampersand comes last, so that what it uncovers is not read again.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_two_buttons() {
        let html = r#"<!doctype html><form action="/search"><button name="q" value="x">Find</button></form>
            <p>Hello <b>you</b></p>
            <form class="wide" method="POST" action="/go?a=1&amp;b=2">
              <input type="hidden" name="id" value="a&quot;b&amp;lt;">
              <input type="text" name="free" value="seen">
              <button type="submit" name="answer" value="no">No</button>
              <button name="answer" value="yes" class="primary">Yes</button>
            </form><button name="answer" value="outside">?</button>"#;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            Form::find(html),
            Some(Form {
                action: "/go?a=1&b=2".to_owned(),
                hidden: vec![pair("id", "a\"b&lt;")],
                buttons: vec![pair("answer", "no"), pair("answer", "yes")],
            })
        );
    }

    #[test]
    fn a_page_without_a_form_has_none() {
        assert_eq!(Form::find("<h1>Sorry</h1><a href=\"/form\">back</a>"), None);
    }
}
