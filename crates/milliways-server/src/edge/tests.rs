//! Who is let in, and who is not.

use axum::body::Body;
use axum::extract::Request;

use super::*;
use crate::config::ServerConfig;

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::empty()).unwrap()
}

#[track_caller]
fn check_auth(method: &str, path: &str, headers: &[(&str, &str)], status: u16) {
    let auth = Auth::new(Some("user:pass"));
    let told = auth
        .check(&request(method, path, headers))
        .map_or_else(|it| it.status().as_u16(), |()| 200);
    assert_eq!(told, status, "{method} {path} {headers:?}");
}

#[test]
fn only_the_public_list_and_the_page_are_open() {
    for path in [
        "/api/health",
        "/api/ready",
        "/",
        "/flow-runs/1",
        "/assets/index-1.js",
        "/runs/",
    ] {
        check_auth("GET", path, &[], 200);
    }
    for path in [
        "/api",
        "/api/",
        "/api/health/",
        "/api/health/x",
        "/api/ready/",
        "/api/x/health",
        "//api/health",
        "/api//health",
        "/api/health/..;/flows",
        "/%61pi/flows/filter",
        "/x/../api/flows",
        "/x/%2e%2e/api/flows",
        "/./api",
        "/metrics",
        "/metrics/",
        "/openapi.json",
        "/api/openapi.json",
        "/api/accounts/a/workspaces/b/health",
        "/API/health%00",
    ] {
        check_auth("GET", path, &[], 401);
    }
    for method in ["HEAD", "OPTIONS", "TRACE", "POST", "DELETE"] {
        check_auth(method, "/api/health", &[], 401);
        check_auth(method, "/", &[], 401);
    }
}

#[test]
fn the_authorization_has_to_be_right_and_once() {
    let path = "/api/flows/filter";
    // user:pass, USER:pass, user:pas, and no colon at all
    check_auth(
        "POST",
        path,
        &[("authorization", "Basic dXNlcjpwYXNz")],
        200,
    );
    check_auth(
        "POST",
        path,
        &[("authorization", "basic dXNlcjpwYXNz")],
        200,
    );
    for wrong in [
        "Basic VVNFUjpwYXNz",
        "Basic dXNlcjpwYXM=",
        "Basic dXNlcg==",
        "Basic",
        "Basic !!",
        "Bearer dXNlcjpwYXNz",
        "",
    ] {
        check_auth("POST", path, &[("authorization", wrong)], 401);
    }
    let twice = [
        ("authorization", "Basic dXNlcjpwYXNz"),
        ("authorization", "Basic dXNlcjpwYXNz"),
    ];
    check_auth("POST", path, &twice, 401);
}

#[test]
fn sockets_may_say_who_they_are_in_their_first_message() {
    let upgrade = [
        ("upgrade", "websocket"),
        ("sec-websocket-protocol", "chat, prefect"),
    ];
    for path in [
        "/api/events/in",
        "/api/events/out",
        "/api/logs/out",
        "/api/accounts/a/workspaces/b/logs/out",
        "/api/task_runs/subscriptions/scheduled",
        "/api/work_pools/p%20q/workers/connect",
        "/api/accounts/a/workspaces/b/work_pools/p/workers/connect",
    ] {
        check_auth("GET", path, &upgrade, 200);
        check_auth("GET", path, &upgrade[..1], 403);
    }
    for path in [
        "/api/flows/x",
        "/api/work_pools/p",
        "/api/work_pools//workers/connect",
        "/api/work_pools/p/workers/connect/x",
        "/api/work_pools/p/x/workers/connect",
    ] {
        check_auth("GET", path, &upgrade, 401);
    }
    check_auth("POST", "/api/events/in", &upgrade, 401);
    check_auth("GET", "/api/events/in", &upgrade[1..], 401);
}

#[track_caller]
fn check_origin(config: &ServerConfig, headers: &[(&str, &str)], status: u16) {
    let origins = Origins::new(config);
    let request = request("POST", "/api/flows/", headers);
    let told = origins
        .check(&request)
        .map_or_else(|it| it.status().as_u16(), |()| 200);
    assert_eq!(told, status, "{headers:?}");
}

#[test]
fn a_server_without_authentication_answers_under_its_own_names_only() {
    let open = ServerConfig::default();
    for host in [
        "localhost",
        "localhost:4200",
        "127.0.0.1:4200",
        "127.8.8.8",
        "[::1]:4200",
        "LOCALHOST",
    ] {
        check_origin(&open, &[("host", host)], 200);
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "127.0.0.1.nip.io",
    ] {
        check_origin(&open, &[("host", host)], 421);
    }
    check_origin(&open, &[], 421);
    check_origin(
        &open,
        &[("host", "localhost"), ("host", "evil.example")],
        421,
    );
    let asks = ServerConfig {
        auth_string: Some(milliways_settings::Secret::new("a:b")),
        ..open
    };
    check_origin(&asks, &[("host", "milliways.example")], 200);
}

#[test]
fn pages_of_other_origins_are_refused_unless_named() {
    let open = ServerConfig::default();
    let host = ("host", "localhost:4200");
    check_origin(&open, &[host, ("origin", "http://localhost:4200")], 200);
    for origin in [
        "http://localhost:3000",
        "http://evil.example",
        "null",
        "http://127.0.0.1:4200",
        "x",
    ] {
        check_origin(&open, &[host, ("origin", origin)], 403);
    }
    check_origin(
        &open,
        &[("host", "localhost"), ("origin", "http://localhost")],
        200,
    );
    let named = ServerConfig {
        cors_allowed_origins: vec!["http://Localhost:3000/".to_owned()],
        ..ServerConfig::default()
    };
    check_origin(&named, &[host, ("origin", "http://localhost:3000")], 200);
    check_origin(&named, &[host, ("origin", "http://localhost:3001")], 403);
    let question = [
        host,
        ("origin", "http://localhost:3000"),
        ("access-control-request-method", "POST"),
    ];
    let preflight = Origins::new(&named)
        .preflight(&request("OPTIONS", "/api/flows/", &question))
        .unwrap();
    assert_eq!(preflight.status().as_u16(), 204);
    assert!(
        Origins::new(&open)
            .preflight(&request("OPTIONS", "/api/flows/", &question))
            .is_none()
    );
}

#[test]
fn versions_of_the_api_are_checked() {
    for (text, status) in [
        ("0.8.4", 200),
        ("0.8.0", 200),
        ("0.8.99", 200),
        ("1.0.0", 200),
        ("0.7.9", 400),
        ("0.8", 400),
        ("0.8.4.1", 400),
        ("x.y.z", 400),
        ("", 400),
        ("-1.0.0", 400),
        ("99999999999.0.0", 400),
    ] {
        let told = version::check(&request(
            "GET",
            "/api/flows/count",
            &[("x-prefect-api-version", text)],
        ));
        assert_eq!(
            told.map_or_else(|it| it.status().as_u16(), |()| 200),
            status,
            "{text}"
        );
    }
    assert!(
        version::check(&request(
            "GET",
            "/api/health",
            &[("x-prefect-api-version", "0.1.0")]
        ))
        .is_ok()
    );
}

#[test]
fn headers_have_bounds() {
    let long = "x".repeat(20_000);
    let refused =
        within_header_limit(&request("GET", "/", &[("x-long", &long)]), 16_384).unwrap_err();
    assert_eq!(refused.status().as_u16(), 431);
    assert!(within_header_limit(&request("GET", "/", &[("x-short", "x")]), 16_384).is_ok());
}
