//! Resources over HTTP: status codes and shapes.

use serde_json::json;

use crate::kit::TestServer;

#[tokio::test]
async fn a_flow_is_made_once_and_found_afterwards() {
    let server = TestServer::plain().await;
    let first = server
        .post("/api/flows/", &json!({"name": "etl", "tags": ["a"]}))
        .await;
    assert_eq!(first.status, 201);
    let second = server.post("/api/flows", &json!({"name": "etl"})).await;
    assert_eq!(
        (second.status, &second.body["id"]),
        (200, &first.body["id"])
    );
    assert_eq!(server.get("/api/flows/name/etl").await.body, first.body);
    assert_eq!(server.post("/api/flows/count", &json!({})).await.body, 1);
    assert_eq!(
        server
            .post(
                "/api/flows/filter",
                &json!({"flows": {"name": {"any_": ["x"]}}})
            )
            .await
            .body,
        json!([])
    );
    assert_eq!(
        server
            .post(
                "/api/flows/filter",
                &json!({"deployments": {"name": {"any_": ["x"]}}})
            )
            .await
            .body,
        json!([])
    );
    assert_eq!(
        server
            .post(
                "/api/flows/filter",
                &json!({"deployments": null, "limit": 1})
            )
            .await
            .body[0]["name"],
        "etl"
    );
    let page = server
        .post("/api/flows/paginate", &json!({"limit": 5, "page": 1}))
        .await
        .body;
    assert_eq!(
        (
            &page["count"],
            &page["pages"],
            &page["page"],
            &page["limit"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(5))
    );
    let id = first.body["id"].as_str().unwrap();
    assert_eq!(
        server
            .send(
                "PATCH",
                &format!("/api/flows/{id}"),
                &[],
                r#"{"tags":["b"]}"#
            )
            .await
            .status,
        204
    );
    assert_eq!(
        server.get(&format!("/api/flows/{id}")).await.body["tags"],
        json!(["b"])
    );
    assert_eq!(
        server
            .send("DELETE", &format!("/api/flows/{id}"), &[], "")
            .await
            .status,
        204
    );
    assert_eq!(
        server
            .send("DELETE", &format!("/api/flows/{id}"), &[], "")
            .await
            .status,
        404
    );
    let missing = server.get(&format!("/api/flows/{id}")).await;
    assert_eq!(
        (missing.status, &missing.body["detail"]),
        (404, &json!("Flow not found"))
    );
    server.stop().await;
}

#[tokio::test]
async fn both_forms_of_a_workspace_are_the_same_data() {
    let server = TestServer::plain().await;
    server
        .post(
            "/api/accounts/default/workspaces/default/flows/",
            &json!({"name": "etl"}),
        )
        .await;
    assert_eq!(server.get("/api/flows/name/etl").await.status, 200);
    let other = server
        .get("/api/accounts/default/workspaces/nobodys/flows/name/etl")
        .await;
    assert_eq!(
        (other.status, &other.body["detail"]),
        (404, &json!("Workspace not found"))
    );
    server.stop().await;
}

#[tokio::test]
async fn a_run_goes_through_its_states() {
    let server = TestServer::plain().await;
    let id = server.flow_run().await;
    let path = format!("/api/flow_runs/{id}");
    let running = server
        .post(
            &format!("{path}/set_state"),
            &json!({"state": {"type": "RUNNING"}}),
        )
        .await;
    assert_eq!(
        (running.status, &running.body["status"]),
        (201, &json!("ACCEPT"))
    );
    let paused = json!({"state": {"type": "PAUSED", "state_details": {"pause_timeout": "2100-01-01T00:00:00Z"}}, "force": true});
    assert_eq!(
        server
            .post(&format!("{path}/set_state"), &paused)
            .await
            .status,
        201
    );
    assert_eq!(
        server
            .post(&format!("{path}/resume"), &json!({}))
            .await
            .body["state"]["type"],
        "RUNNING"
    );
    let again = server
        .send("POST", &format!("{path}/resume"), &[], "")
        .await;
    assert_eq!(
        (again.status, &again.body["status"]),
        (200, &json!("ABORT"))
    );
    let states = server
        .get(&format!("/api/flow_run_states/?flow_run_id={id}"))
        .await
        .body;
    let kinds: Vec<_> = states
        .as_array()
        .unwrap()
        .iter()
        .map(|state| &state["type"])
        .collect();
    assert_eq!(kinds, ["PENDING", "RUNNING", "PAUSED", "RUNNING"]);
    let state_id = states[0]["id"].as_str().unwrap();
    assert_eq!(
        server
            .get(&format!("/api/flow_run_states/{state_id}"))
            .await
            .body,
        states[0]
    );
    let unknown = "018f0000-0000-7000-8000-000000000000";
    let body = json!({"state": {"type": "RUNNING"}});
    assert_eq!(
        server
            .post(&format!("/api/flow_runs/{unknown}/set_state"), &body)
            .await
            .status,
        404
    );
    assert_eq!(
        server.get(&format!("{path}/graph-v2")).await.body["nodes"],
        json!([])
    );
    let history = json!({
        "history_start": "2020-01-01T00:00:00Z", "history_end": "2020-01-01T01:00:00Z", "history_interval_seconds": 600.0
    });
    assert_eq!(
        server
            .post("/api/flow_runs/history", &history)
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        6
    );
    server.stop().await;
}

#[tokio::test]
async fn a_journal_is_stored_once_and_in_order() {
    let server = TestServer::plain().await;
    let id = "018f0000-0000-7000-8000-0000000000aa";
    let state = |place: u32, kind: &str| {
        json!({"id": format!("018f0000-0000-7000-8000-0000000000b{place}"), "type": kind, "name": kind,
            "timestamp": format!("2026-01-01T00:00:0{place}Z")})
    };
    let batch = json!({"epoch": 1, "first_seq": 1, "records": [
        {"flow_run": {"id": id, "flow_name": "etl", "name": "one"}},
        {"flow_run_states": [state(1, "RUNNING")]},
        {"log": {"name": "prefect", "level": 20, "message": "hello", "timestamp": "2026-01-01T00:00:02Z", "flow_run_id": id}},
    ]});
    let path = format!("/api/flow_runs/{id}/journal");
    for _ in 0..2 {
        let reply = server.post(&path, &batch).await;
        assert_eq!((reply.status, &reply.body), (200, &json!({"acked_seq": 3})));
    }
    let gap = server
        .post(&path, &json!({"epoch": 1, "first_seq": 9, "records": []}))
        .await;
    assert_eq!(
        (gap.status, &gap.body["code"], &gap.body["expected_seq"]),
        (409, &json!("journal_gap"), &json!(4))
    );
    assert_eq!(
        server
            .post(&path, &json!({"epoch": 2, "first_seq": 1, "records": []}))
            .await
            .status,
        200
    );
    let older = server
        .post(&path, &json!({"epoch": 1, "first_seq": 4, "records": []}))
        .await;
    assert_eq!(
        (older.status, &older.body["code"]),
        (409, &json!("stale_attempt"))
    );
    let logs = json!({"logs": {"flow_run_id": {"any_": [id]}}});
    assert_eq!(
        server
            .post("/api/logs/filter", &logs)
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        server.get(&format!("/api/flow_runs/{id}")).await.body["state_type"],
        "RUNNING"
    );
    server.stop().await;
}

#[tokio::test]
async fn events_are_paged_by_token() {
    let server = TestServer::plain().await;
    let event = |number: usize| {
        json!({"id": format!("018f0000-0000-7000-8000-00000000{number:04}"), "event": format!("test.{}", number % 2),
            "occurred": format!("2026-11-21T00:00:{number:02}Z"),
            "resource": {"prefect.resource.id": format!("test.{number}"), "color": if number.is_multiple_of(3) { "red" } else { "blue" }}})
    };
    let events: Vec<_> = (10..40).map(event).collect();
    for _ in 0..2 {
        assert_eq!(server.post("/api/events", &json!(events)).await.status, 204);
    }
    let span = json!({"since": "2026-11-21T00:00:00Z", "until": "2026-11-21T00:01:00Z"});
    // By columns, and by labels, which have none.
    for (filter, total) in [
        (
            json!({"occurred": span, "event": {"prefix": ["test."]}}),
            30,
        ),
        (
            json!({"occurred": span, "resource": {"labels": {"color": "r*"}}}),
            10,
        ),
    ] {
        let mut page = server
            .post("/api/events/filter", &json!({"filter": filter, "limit": 4}))
            .await
            .body;
        assert_eq!(page["total"], total, "{page}");
        let mut seen = Vec::new();
        loop {
            seen.extend(
                page["events"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|event| event["id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next_page"].as_str() else {
                break;
            };
            let path = next.split_once("/api/").unwrap().1;
            page = server.get(&format!("/api/{path}")).await.body;
        }
        let mut sorted = seen.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (total, &sorted));
    }
    assert_eq!(
        server
            .get("/api/events/filter/next?page-token=nonsense")
            .await
            .status,
        403
    );
    let counts = json!({"filter": {"occurred": span, "resource": {"labels": {"color": "red"}}}});
    let counted = server
        .post("/api/events/count-by/event", &counts)
        .await
        .body;
    assert_eq!(
        counted
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["count"].as_i64().unwrap())
            .sum::<i64>(),
        10
    );
    assert_eq!(
        server
            .post("/api/events/count-by/color", &counts)
            .await
            .status,
        422
    );
    server.stop().await;
}

#[tokio::test]
async fn the_root_answers_as_prefect_does() {
    let server = TestServer::plain().await;
    assert_eq!(server.get("/api/health").await.body, json!(true));
    assert_eq!(
        server.get("/api/ready").await.body,
        json!({"message": "OK"})
    );
    assert_eq!(server.get("/api/hello").await.body, json!("👋"));
    assert_eq!(server.get("/api/version").await.body, json!("0.8.4"));
    assert_eq!(server.get("/api/admin/version").await.body, json!("3.9.1"));
    let csrf = server.get("/api/csrf-token?client=x").await;
    assert_eq!(
        (csrf.status, &csrf.body["detail"]),
        (422, &json!("CSRF protection is disabled."))
    );
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.as_str().unwrap().contains(
        "milliways_http_requests_total{resource=\"health\",method=\"GET\",status=\"2xx\"} 1"
    ));
    server.stop().await;
}

#[tokio::test]
async fn csrf_tokens_are_asked_for_where_they_are_on() {
    let server =
        TestServer::start(|config, _| config.csrf = Some(std::time::Duration::from_mins(1))).await;
    let body = r#"{"name":"etl"}"#;
    let missing = server.send("POST", "/api/flows/", &[], body).await;
    assert_eq!(
        (missing.status, &missing.body["detail"]),
        (403, &json!("Missing CSRF token."))
    );
    let token = server.get("/api/csrf-token?client=me").await.body;
    let token = token["token"].as_str().unwrap();
    let headers = [("prefect-csrf-token", token), ("prefect-csrf-client", "me")];
    assert_eq!(
        server
            .send("POST", "/api/flows/", &headers, body)
            .await
            .status,
        201
    );
    let others = [
        ("prefect-csrf-token", token),
        ("prefect-csrf-client", "you"),
    ];
    assert_eq!(
        server
            .send("POST", "/api/flows/", &others, body)
            .await
            .status,
        403
    );
    server.stop().await;
}
