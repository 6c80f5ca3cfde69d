//! The few calls of WebDriver (W3C, <https://www.w3.org/TR/webdriver2/>) that the checks need, over the HTTP client that
//! is there anyway.
//!
//! A crate for it would bring 28 packages for these calls, a second `http` and a second ICU among them, and everybody
//! who runs the tests would build them. Two of the calls are Chromium's own besides.

use std::path::Path;

use aipass_auth::{BaseUrl, HttpOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The name of the member that holds an element's id.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One window of a headless Chromium.
#[derive(Debug)]
pub(crate) struct Browser {
    http: reqwest::Client,
    driver: String,
    session: String,
}

impl Browser {
    pub(crate) async fn open(driver: &str, chromium: &str, no_sandbox: bool) -> Result<Self, Failure> {
        let http = aipass_auth::__http::client(&HttpOptions::default(), &BaseUrl::parse(driver)?)?;
        let mut args = vec![
            "--headless=new",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--no-default-browser-check",
            "--hide-scrollbars",
            "--lang=en",
        ];
        if no_sandbox {
            args.push("--no-sandbox");
        }
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "timeouts": {"pageLoad": 20_000, "script": 10_000, "implicit": 5_000},
            "goog:chromeOptions": {"binary": chromium, "args": args},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let answer = send(http.post(format!("{driver}/session")), &capabilities).await?;
        let id = answer["sessionId"].as_str().ok_or("the session has no id")?;
        Ok(Self {
            session: format!("{driver}/session/{id}"),
            driver: driver.to_owned(),
            http,
        })
    }

    /// Closes the window and ends chromedriver, which would otherwise outlive whoever started it and was killed.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        value(self.http.delete(&self.session)).await?;
        let shutdown = self.http.get(format!("{}/shutdown", self.driver)).send().await;
        shutdown.map_err(reqwest::Error::without_url)?;
        Ok(())
    }

    pub(crate) async fn go(&self, url: &str) -> Result<(), Failure> {
        self.post("url", &json!({"url": url})).await?;
        Ok(())
    }

    pub(crate) async fn title(&self) -> Result<String, Failure> {
        let title = value(self.http.get(format!("{}/title", self.session))).await?;
        Ok(title.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks what a CSS selector finds, and waits for the page behind it.
    pub(crate) async fn click(&self, selector: &str) -> Result<(), Failure> {
        let query = json!({"using": "css selector", "value": selector});
        let element = self.post("element", &query).await?;
        let id = element[ELEMENT].as_str().ok_or("the element has no id")?;
        self.post(&format!("element/{id}/click"), &json!({})).await?;
        Ok(())
    }

    /// The value of a script's `return`.
    pub(crate) async fn script(&self, script: &str, args: Value) -> Result<Value, Failure> {
        self.post("execute/sync", &json!({"script": script, "args": args}))
            .await
    }

    /// As [`script`](Self::script), for a script that calls its last argument with the value.
    pub(crate) async fn slow_script(&self, script: &str, args: Value) -> Result<Value, Failure> {
        self.post("execute/async", &json!({"script": script, "args": args}))
            .await
    }

    /// The window as a PNG in base64, which is also written to a file.
    pub(crate) async fn screenshot(&self, file: &Path) -> Result<String, Failure> {
        let shot = value(self.http.get(format!("{}/screenshot", self.session))).await?;
        let text = shot.as_str().ok_or("the screenshot is empty")?.to_owned();
        std::fs::write(file, STANDARD.decode(&text)?)?;
        Ok(text)
    }

    /// What stands in the console since the last look. Addresses hold states and codes, so they are cut out.
    pub(crate) async fn console(&self) -> Result<Vec<String>, Failure> {
        let entries = self.post("se/log", &json!({"type": "browser"})).await?;
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        let message = |entry: &Value| {
            let words = entry["message"].as_str().unwrap_or_default().split(' ');
            words
                .map(|word| if word.contains("://") { "URL" } else { word })
                .collect::<Vec<_>>()
                .join(" ")
        };
        Ok(entries.iter().map(message).collect())
    }

    /// A command of Chromium's own protocol.
    pub(crate) async fn chromium(&self, command: &str, params: Value) -> Result<(), Failure> {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": params}))
            .await?;
        Ok(())
    }

    /// Light or dark, as the person's system says.
    pub(crate) async fn scheme(&self, scheme: &str) -> Result<(), Failure> {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.chromium("Emulation.setEmulatedMedia", json!({"features": features}))
            .await
    }

    /// The width of the window, in CSS pixels.
    pub(crate) async fn width(&self, width: u32) -> Result<(), Failure> {
        let metrics = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", metrics).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        send(self.http.post(format!("{}/{path}", self.session)), body).await
    }
}

async fn send(request: reqwest::RequestBuilder, body: &Value) -> Result<Value, Failure> {
    value(request.json(body)).await
}

/// The `value` of an answer, or the error in it.
async fn value(request: reqwest::RequestBuilder) -> Result<Value, Failure> {
    let response = request.send().await.map_err(reqwest::Error::without_url)?;
    let mut answer: Value = response.json().await.map_err(reqwest::Error::without_url)?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => {
            let message = value["message"].as_str().unwrap_or_default();
            let line = message.lines().next().unwrap_or_default();
            Err(format!("webdriver: {error}: {line}").into())
        }
        None => Ok(value),
    }
}
