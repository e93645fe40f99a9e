//! The little XML that front ends answer with before a request reaches the JSON service.

/// Code and message of an XML error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

/// Root elements that say "this is an error" without saying which.
const WRAPPERS: [&str; 3] = ["ErrorResponse", "Error", "Response"];

/// Reads `<AccessDeniedException><Message>…` and `<ErrorResponse><Error><Code>…`; `None` when the
/// text is no XML of that kind (an HTML page, say).
pub(crate) fn read(text: &str) -> Option<ErrorBody> {
    let root = root_name(text)?;
    let code =
        element(text, "Code").or_else(|| (!WRAPPERS.contains(&root)).then(|| root.to_owned()));
    let message = element(text, "Message").or_else(|| element(text, "message"));
    Some(ErrorBody { code, message })
}

fn root_name(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    if let Some(declaration) = rest.strip_prefix("<?") {
        rest = declaration.split_once("?>")?.1.trim_start();
    }
    let name = rest
        .strip_prefix('<')?
        .split(|c: char| !c.is_alphanumeric())
        .next()?;
    let is_html = name.eq_ignore_ascii_case("html");
    (!name.is_empty() && !is_html).then_some(name)
}

/// The text of the first element of that name.
pub(crate) fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(unescape(content.trim()))
}

fn unescape(text: &str) -> String {
    // Secrets have nothing to unescape, and leave no copies behind.
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
