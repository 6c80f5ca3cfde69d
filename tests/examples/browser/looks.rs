//! What a person sees of a page: that it has a title and a language, can be read in light and dark, fits narrow and
//! wide windows, and tells the console nothing bad.

use std::path::Path;

use serde_json::{Value, json};

use super::checks::ensure;
use super::webdriver::Browser;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const SCHEMES: [&str; 2] = ["light", "dark"];
/// A small phone and a laptop.
const WIDTHS: [u32; 2] = [360, 1280];
/// For text of ordinary size (WCAG 2.2, success criterion 1.4.3).
const CONTRAST: f64 = 4.5;

/// For each element with text of its own: the text, and the contrast of its colour to what lies behind it.
const TEXTS: &str = r"
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const over = (top, below) => {
        const alpha = top.length > 3 ? top[3] : 1;
        return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
    };
    const behind = (element) => {
        if (element === null) {
            return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
        }
        return over(numbers(getComputedStyle(element).backgroundColor), behind(element.parentElement));
    };
    const luminance = (colour) => {
        const [r, g, b] = colour.map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = [];
    for (const element of document.body.querySelectorAll('*')) {
        const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
            .map((node) => node.data).join(' ').trim();
        if (text === '' || element.closest('[aria-hidden=true]') || !element.checkVisibility()) continue;
        const back = behind(element);
        const front = over(numbers(getComputedStyle(element).color), back);
        const [low, high] = [luminance(front), luminance(back)].sort((a, b) => a - b);
        found.push({ text: text.slice(0, 40), contrast: (high + 0.05) / (low + 0.05) });
    }
    return {
        texts: found,
        language: document.documentElement.lang,
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        scripts: document.scripts.length,
    };
";

/// How many colours a picture has, and how bright it is on average, from 0 to 255.
const PICTURE: &str = r"
    const [data, done] = arguments;
    const image = new Image();
    image.onerror = () => done(null);
    image.onload = () => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.width, image.height];
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const pixels = context.getImageData(0, 0, image.width, image.height).data;
        const colours = new Set();
        let sum = 0;
        for (let i = 0; i < pixels.length; i += 4) {
            colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
            sum += pixels[i] + pixels[i + 1] + pixels[i + 2];
        }
        done({ width: image.width, colours: colours.size, brightness: sum / (pixels.length / 4) / 3 });
    };
    image.src = 'data:image/png;base64,' + data;
";

/// One picture of a page.
#[derive(Debug)]
pub(crate) struct Shot {
    name: String,
    scheme: &'static str,
    width: u32,
    png: String,
}

/// Looks at the page that is open, in both schemes and both widths, and takes the pictures. Returns the lowest contrast.
pub(crate) async fn look(
    browser: &Browser,
    name: &str,
    folder: &Path,
    shots: &mut Vec<Shot>,
) -> Result<f64, Failure> {
    ensure(!browser.title().await?.trim().is_empty(), "the page has no title")?;
    let mut lowest = f64::INFINITY;
    for scheme in SCHEMES {
        browser.scheme(scheme).await?;
        for width in WIDTHS {
            browser.width(width).await?;
            let place = format!("{name}, {scheme}, {width} px");
            let page = browser.script(TEXTS, json!([])).await?;
            ensure(
                page["language"] == "en",
                format!("{place}: the page has no language"),
            )?;
            ensure(page["scripts"] == 0, format!("{place}: the page has a script"))?;
            let overflow = page["overflow"].as_i64().unwrap_or(i64::MAX);
            ensure(overflow <= 0, format!("{place}: it is {overflow} px too wide"))?;
            let texts = page["texts"].as_array().map(Vec::as_slice).unwrap_or_default();
            ensure(!texts.is_empty(), format!("{place}: there is no text"))?;
            for text in texts {
                let contrast = text["contrast"].as_f64().unwrap_or_default();
                ensure(
                    contrast >= CONTRAST,
                    format!("{place}: {} has a contrast of {contrast:.2}", text["text"]),
                )?;
                lowest = lowest.min(contrast);
            }
            let file = folder.join(format!("{name}-{scheme}-{width}.png"));
            shots.push(Shot {
                name: name.to_owned(),
                scheme,
                width,
                png: browser.screenshot(&file).await?,
            });
        }
    }
    browser.scheme("light").await?;
    Ok(lowest)
}

/// Looks at the pictures themselves: each shows something, and dark is darker than light by far.
pub(crate) async fn compare(browser: &Browser, shots: &[Shot]) -> Result<(), Failure> {
    browser.go("about:blank").await?;
    let mut light = Vec::new();
    for shot in shots {
        let place = format!("{}, {}, {} px", shot.name, shot.scheme, shot.width);
        let seen = browser.slow_script(PICTURE, json!([shot.png])).await?;
        ensure(
            seen["width"] == shot.width,
            format!("{place}: the picture has another width"),
        )?;
        let colours = seen["colours"].as_u64().unwrap_or_default();
        ensure(colours > 16, format!("{place}: the picture is blank"))?;
        let brightness = seen["brightness"].as_f64().unwrap_or_default();
        if shot.scheme == "light" {
            light.push((&shot.name, shot.width, brightness));
        } else {
            let twin = light
                .iter()
                .find(|(name, width, _)| **name == shot.name && *width == shot.width);
            let (_, _, bright) = twin.ok_or_else(|| format!("{place}: there is no light picture"))?;
            ensure(
                bright - brightness > 100.0,
                format!("{place}: it is hardly darker than the light one"),
            )?;
        }
    }
    Ok(())
}

/// The console holds nothing but what is expected: the browser notes every answer above 399 there.
pub(crate) async fn quiet_console(browser: &Browser, expected: Option<&str>) -> Result<(), Failure> {
    let lines = browser.console().await?;
    let unexpected = lines
        .into_iter()
        .find(|line| !expected.is_some_and(|expected| line.contains(expected)));
    match unexpected {
        Some(line) => Err(format!("the console says: {line}").into()),
        None => Ok(()),
    }
}

/// Switches the pages' scripts off or on, and makes sure of it.
pub(crate) async fn scripts(browser: &Browser, on: bool) -> Result<(), Failure> {
    browser
        .chromium("Emulation.setScriptExecutionDisabled", json!({"value": !on}))
        .await?;
    browser
        .go("data:text/html,<title>off</title><script>document.title='on'</script>")
        .await?;
    let title = Value::from(browser.title().await?);
    ensure(
        title == if on { "on" } else { "off" },
        "the pages' scripts could not be switched",
    )
}
