//! What a path is about, told from the path as it was sent: nothing is decoded or cleaned up before.

use axum::http::Method;

/// The only requests of the API that nobody has to say who they are for. Exact matches, nothing else.
pub(crate) const PUBLIC: [(&Method, &str); 2] =
    [(&Method::GET, "/api/health"), (&Method::GET, "/api/ready")];

/// The paths of WebSockets, below either form of the API root; a star is any one segment. They authenticate by their
/// first message.
const SOCKETS: [&str; 5] = [
    "/events/in",
    "/events/out",
    "/logs/out",
    "/task_runs/subscriptions/scheduled",
    "/work_pools/*/workers/connect",
];

/// Paths outside `/api` that belong to the server and not to the web page.
const RESERVED: [&str; 3] = ["/api", "/metrics", "/openapi.json"];

/// What a path is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ApiPath<'a> {
    /// The rest of the path below the API's root, such as `/flow_runs/filter`. None: not a path of the API.
    pub(crate) below_root: Option<&'a str>,
    whole: &'a str,
}

impl<'a> ApiPath<'a> {
    pub(crate) fn of(whole: &'a str) -> Self {
        Self {
            below_root: below_root(whole),
            whole,
        }
    }

    /// The resource that it names, such as `flow_runs`.
    pub(crate) fn resource(&self) -> Option<&'a str> {
        let rest = self.below_root?.strip_prefix('/')?;
        Some(rest.split('/').next().unwrap_or(rest))
    }

    pub(crate) fn is_socket(&self) -> bool {
        self.below_root
            .is_some_and(|rest| SOCKETS.iter().any(|socket| fits(socket, rest)))
    }

    /// Whether it is a plain path of the web page: no escapes, no empty or dotted segments, nothing of ours.
    pub(crate) fn is_page(&self) -> bool {
        let plain = |segment: &str| {
            !segment.is_empty() && !segment.starts_with('.') && !segment.contains([';', '%', '\\'])
        };
        let reserved = RESERVED.iter().any(|root| {
            self.whole
                .strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        !reserved
            && self.whole.strip_prefix('/').is_some_and(|rest| {
                let rest = rest.strip_suffix('/').unwrap_or(rest);
                rest.is_empty() || rest.split('/').all(plain)
            })
    }
}

fn fits(socket: &str, path: &str) -> bool {
    let (wanted, given) = (socket.split('/'), path.split('/'));
    wanted.clone().count() == given.clone().count()
        && wanted
            .zip(given)
            .all(|(wanted, given)| wanted == given || (wanted == "*" && !given.is_empty()))
}

fn below_root(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/api")?;
    if !rest.starts_with('/') {
        return None;
    }
    let Some(account) = rest.strip_prefix("/accounts/") else {
        return Some(rest);
    };
    let (_, rest) = account.split_once('/')?;
    let workspace = rest.strip_prefix("workspaces/")?;
    Some(workspace.find('/').map_or("", |slash| &workspace[slash..]))
}
