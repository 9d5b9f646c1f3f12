//! The inventory of routes, each tried without saying who is asking.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use milliways_model::time::SystemClock;
use milliways_settings::Secret;
use milliways_storage::{Location, Options, Store};

use crate::app::App;
use crate::config::ServerConfig;
use crate::edge::{Edge, Peer};

async fn edge(config: ServerConfig) -> (Edge, Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("test.db"));
    let store = Store::open(Options::new(location, Arc::new(SystemClock)))
        .await
        .unwrap();
    (
        Edge::new(Arc::new(App::new(config, store.clone()))),
        store,
        folder,
    )
}

async fn status(edge: &Edge, method: &str, path: &str, peer: Peer) -> u16 {
    ask(edge, method, path, peer).await.0
}

/// The status of an answer, and the code of the problem it tells of.
async fn ask(edge: &Edge, method: &str, path: &str, peer: Peer) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("accept", "application/problem+json");
    let answer = edge
        .answer(request.body(Body::empty()).unwrap(), peer)
        .await;
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20)
        .await
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// Every method and path, in both forms and both spellings, with something in place of parameters.
fn inventory() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, item) in all_paths() {
        for root in ["/api", "/api/accounts/default/workspaces/default"] {
            for end in ["", "/"] {
                let path = path.trim_end_matches('/');
                let path = path.replace("{id}", "018f0000-0000-7000-8000-000000000000");
                let path = path.replace(['{', '}'], "");
                all.push((item.clone(), format!("{root}{path}{end}")));
            }
        }
    }
    for path in [
        "/metrics",
        "/openapi.json",
        "/api/openapi.json",
        "/api/events/in",
        "/api/events/out",
        "/api/logs/out",
    ] {
        all.push(("GET".to_owned(), path.to_owned()));
    }
    all
}

fn all_paths() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&crate::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &serde_json::Value)| {
        let path = path.trim_start_matches("/api").to_owned();
        item.as_object()
            .unwrap()
            .keys()
            .map(|method| (path.clone(), method.to_uppercase()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

#[tokio::test]
async fn every_route_but_the_public_ones_asks_who_is_there() {
    let auth_string = Some(Secret::new("user:pass"));
    let (edge, store, _folder) = edge(ServerConfig {
        auth_string,
        ..ServerConfig::default()
    })
    .await;
    let routes = inventory();
    assert!(routes.len() > 180, "{}", routes.len());
    let mut open = Vec::new();
    for (method, path) in &routes {
        if status(&edge, method, path, Peer::Network).await != 401 {
            open.push(format!("{method} {path}"));
        }
    }
    assert_eq!(open, ["GET /api/health", "GET /api/ready"]);
    store.close().await;
}

#[tokio::test]
async fn every_route_exists_in_both_forms_and_spellings() {
    let (edge, store, _folder) = edge(ServerConfig::default()).await;
    for (method, path) in inventory() {
        let (status, code) = ask(&edge, &method, &path, Peer::Network).await;
        assert!(
            ![401, 405, 500].contains(&status),
            "{method} {path}: {status}"
        );
        assert_ne!(code, "no_such_route", "{method} {path}");
    }
    assert_eq!(
        status(
            &edge,
            "GET",
            "/api/accounts/x/workspaces/y/flows/count",
            Peer::Network
        )
        .await,
        405
    );
    assert_eq!(
        status(
            &edge,
            "POST",
            "/api/accounts/x/workspaces/y/flows/count",
            Peer::Network
        )
        .await,
        404
    );
    assert_eq!(
        status(&edge, "GET", "/api/nothing", Peer::Network).await,
        404
    );
    store.close().await;
}

#[tokio::test]
async fn only_a_local_server_can_be_stopped_and_only_by_its_owner() {
    let (edge_of_any, store, _folder) = edge(ServerConfig::default()).await;
    assert_eq!(
        status(&edge_of_any, "POST", "/api/admin/local/stop", Peer::Owner).await,
        404
    );
    store.close().await;
    let local = Some(std::time::Duration::from_mins(1));
    let (edge_of_local, store, _folder) = edge(ServerConfig {
        local,
        ..ServerConfig::default()
    })
    .await;
    assert_eq!(
        status(
            &edge_of_local,
            "POST",
            "/api/admin/local/stop",
            Peer::Network
        )
        .await,
        404
    );
    assert_eq!(
        status(&edge_of_local, "POST", "/api/admin/local/stop", Peer::Owner).await,
        202
    );
    store.close().await;
}
