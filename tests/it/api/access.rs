//! Who is let in: with a password set only those who know it, but for two exact paths; without one only those who
//! are really here.

use milliways_tests::http::Reply;
use milliways_tests::process::Home;

use super::{Target, refusal};

/// `user:pass`.
const RIGHT: &str = "Basic dXNlcjpwYXNz";

fn protected() -> Target {
    Target::on(Home::sqlite().with("MILLIWAYS_SERVER_API_AUTH_STRING", "user:pass"))
}

fn ask(target: &Target, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    target.connect().send(method, path, headers, b"").unwrap()
}

#[test]
fn only_two_paths_are_public() {
    let target = protected();
    for path in ["/api/health", "/api/ready"] {
        assert_eq!(ask(&target, "GET", path, &[]).status, 200, "{path}");
    }
    let inner = [
        "/api/flows/name/health",
        "/api/flows/name/ready",
        "/api/flows/count",
        "/api/flow_runs/018f0000-0000-7000-8000-000000000000",
        "/api/admin/settings",
        "/api/admin/version",
        "/api/version",
        "/api/csrf-token",
        "/api/openapi.json",
        "/openapi.json",
        "/metrics",
        "/api",
        "/api/",
        "/api/nothing",
        "/api/events/in",
        "/api/logs/out",
    ];
    let variants = [
        "/api/health/",
        "/api/x/health",
        "//api/health",
        "/api//health",
        "/api/./health",
        "/api/flows/../health",
        "/api/health/../flows/name/x",
        "/api/health/..;/flows/name/x",
        "/api/%68ealth",
        "/api/health%2f..%2fflows",
        "/api/health%00",
        "/api/health;x",
        "/api\\health",
        "/api/accounts/a/workspaces/w/health",
        "/api/accounts/a/workspaces/w/flows/name/x",
    ];
    for path in inner.iter().chain(&variants) {
        let reply = ask(&target, "GET", path, &[]);
        assert_eq!(refusal(&reply), "401 unauthorized: Unauthorized", "{path}");
        assert!(reply.header("www-authenticate").is_some(), "{path}");
    }
    for method in [
        "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
    ] {
        for path in ["/api/health", "/api/flows/filter", "/api/flows/", "/"] {
            assert_eq!(
                ask(&target, method, path, &[]).status,
                401,
                "{method} {path}"
            );
        }
    }
    // What is no path of the API is one of the web page, which is public and knows nothing.
    assert_eq!(ask(&target, "GET", "/API/health", &[]).status, 404);
    // A question mark does not change the path, and a name in a header does not either.
    let question = ask(&target, "GET", "/api/flows/name/x?/api/health", &[]);
    assert_eq!(question.status, 401);
    let headers = [
        ("x-original-url", "/api/health"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-http-method-override", "GET"),
    ];
    assert_eq!(
        ask(&target, "GET", "/api/flows/name/x", &headers).status,
        401
    );
    assert_eq!(
        ask(
            &target,
            "GET",
            "/api/flows/name/x",
            &[("authorization", RIGHT)]
        )
        .status,
        404
    );
}

#[test]
fn wrong_passwords_are_all_refused_alike() {
    let target = protected();
    let long = format!("Basic {}", "QQ".repeat(4_000));
    let wrong = [
        "",
        "Basic",
        "Basic ",
        "Basic dXNlcjpwYXNT",
        "Basic dXNlcg==",
        "Basic ====",
        "Basic dXNlcjpwYXNzAA==",
        "Bearer dXNlcjpwYXNz",
        "Bearer user:pass",
        "user:pass",
        &long,
    ];
    for value in wrong {
        let reply = ask(
            &target,
            "GET",
            "/api/flows/name/x",
            &[("authorization", value)],
        );
        assert_eq!(refusal(&reply), "401 unauthorized: Unauthorized", "{value}");
    }
    let twice = [("authorization", RIGHT), ("authorization", RIGHT)];
    assert_eq!(ask(&target, "GET", "/api/flows/name/x", &twice).status, 401);
}

#[test]
fn pages_of_others_and_other_names_get_nothing() {
    let target = Target::on(Home::sqlite());
    let own = target.server.address().to_string();
    let answer = |headers: &[(&str, &str)]| {
        let reply = target
            .connect()
            .send("POST", "/api/flows/count", headers, b"{}")
            .unwrap();
        assert_eq!(
            reply.header("access-control-allow-origin"),
            None,
            "{headers:?}"
        );
        if reply.status == 200 {
            "200".to_owned()
        } else {
            refusal(&reply).split(':').next().unwrap().to_owned()
        }
    };
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "169.254.169.254",
        "localhost.evil.example:4200",
        "",
        "a b",
    ] {
        assert_eq!(answer(&[("host", host)]), "421 unknown_host", "{host}");
    }
    for host in [
        own.as_str(),
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "[::1]:4200",
    ] {
        assert_eq!(answer(&[("host", host)]), "200", "{host}");
    }
    for origin in [
        "http://evil.example",
        "null",
        "http://127.0.0.1:1",
        "file://",
        "",
    ] {
        assert_eq!(
            answer(&[("origin", origin)]),
            "403 cross_origin",
            "{origin}"
        );
    }
    assert_eq!(answer(&[("origin", &format!("http://{own}"))]), "200");
    target.is_unharmed();
}

#[test]
fn what_is_not_there_is_not_there() {
    let target = Target::on(Home::sqlite());
    let mut connection = target.connect();
    for path in [
        "/api/nothing",
        "/api/flows/../../etc/passwd",
        "/api/accounts/a/workspaces/w/flows/name/x",
    ] {
        let reply = connection.get(path).unwrap();
        assert!(refusal(&reply).starts_with("404 "), "{path}");
    }
    for method in ["PUT", "TRACE", "BREW"] {
        let reply = connection
            .send(method, "/api/flows/count", &[], b"")
            .unwrap();
        assert!(
            refusal(&reply).starts_with("405 method_not_allowed"),
            "{method}"
        );
    }
    target.is_unharmed();
}
