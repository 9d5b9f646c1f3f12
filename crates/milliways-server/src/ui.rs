//! The web page, as it was built into the program.
//!
//! In a debug build the files are read from `ui/dist` whenever they are asked for. Names with a digest in
//! them never change and may be kept for ever; everything else is asked for again by its digest. A path that
//! is no file is one of the page's own addresses and gets the page.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use rust_embed::{Embed, EmbeddedFile};

use crate::app::Shared;
use crate::edge::ApiPath;
use crate::problem::Problem;

#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";

/// Shown where the program was built without the page.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Milliways</title><p>This server was built \
without its web page. Build it with <code>cargo xtask dist</code>; the API is at <a href=\"/api/hello\">/api</a>.";

/// Only files of this server run and are shown; styles may be set by scripts, as the graph does.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; \
object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/// A file of the page, or the page itself.
pub(crate) async fn page(
    State(_app): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !ApiPath::of(uri.path()).is_page() {
        return Err(Problem::detail(
            StatusCode::NOT_FOUND,
            "no_such_route",
            "Not Found",
        ));
    }
    let path = uri.path().trim_matches('/');
    let name = if path.is_empty() { INDEX } else { path };
    match find(name, &headers) {
        Some(found) => Ok(respond(name, found, &headers)),
        // An address of the page has no file ending; a file that is not there is really missing.
        None if name
            .rsplit('/')
            .next()
            .is_some_and(|last| !last.contains('.'))
            || name == INDEX =>
        {
            let found = find(INDEX, &headers);
            Ok(found.map_or_else(not_built, |found| respond(INDEX, found, &headers)))
        }
        None => Err(Problem::detail(
            StatusCode::NOT_FOUND,
            "no_such_file",
            "Not Found",
        )),
    }
}

/// A file, compressed where the browser takes that and the build has made it.
fn find(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let accepted = accepted.unwrap_or_default();
    for (coding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        let takes = accepted.split(',').any(|one| {
            let (name, quality) = one.split_once(';').unwrap_or((one, ""));
            name.trim() == coding && quality.trim() != "q=0"
        });
        if takes && let Some(file) = Files::get(&format!("{name}{ending}")) {
            return Some((file, Some(coding)));
        }
    }
    Files::get(name).map(|file| (file, None))
}

fn respond(
    name: &str,
    (file, coding): (EmbeddedFile, Option<&'static str>),
    headers: &HeaderMap,
) -> Response {
    let digest = file.metadata.sha256_hash();
    let tag = digest[..16]
        .iter()
        .fold("\"".to_owned(), |tag, byte| format!("{tag}{byte:02x}"))
        + "\"";
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let mut response = Response::new(if is_known {
        Body::empty()
    } else {
        Body::from(file.data)
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind_of(name)),
    );
    out.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    out.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let lifetime = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn not_built() -> Response {
    let mut response = Response::new(Body::from(NOT_BUILT));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_sent_again_to_who_has_it() {
        let file = || EmbeddedFile {
            data: std::borrow::Cow::Borrowed(b"alert(1)"),
            metadata: rust_embed::Metadata::__rust_embed_new([7; 32], None, None),
        };
        let first = respond(
            "assets/index-3f2a.js",
            (file(), Some("br")),
            &HeaderMap::new(),
        );
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "br");
        assert!(
            first.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let again = respond("assets/index-3f2a.js", (file(), None), &headers);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let index = respond(INDEX, (file(), None), &HeaderMap::new());
        assert_eq!(index.headers()[header::CACHE_CONTROL], "no-cache");
    }
}
