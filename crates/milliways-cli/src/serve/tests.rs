//! What the settings of the server come to: one row for each of them.

use std::collections::BTreeSet;

use milliways_client::Config;
use milliways_settings::Sources;

use super::*;

/// A setting, a value that is not its default, and what of the resolved configuration says so.
type Row = (&'static str, &'static str, &'static str);

const RESOLVED: &[Row] = &[
    ("server.api.auth_string", "a:b", "auth_string: Some("),
    ("server.api.base_path", "/m", r#"base_path: Some("/m")"#),
    (
        "server.api.cors_allowed_headers",
        "x-a,x-b",
        r#"cors_allowed_headers: Some(["x-a", "x-b"])"#,
    ),
    (
        "server.api.cors_allowed_methods",
        "GET",
        r#"cors_allowed_methods: Some(["GET"])"#,
    ),
    (
        "server.api.cors_allowed_origins",
        "http://a",
        r#"cors_allowed_origins: ["http://a"]"#,
    ),
    (
        "server.api.csrf_protection_enabled",
        "true",
        "csrf: Some(3600s)",
    ),
    ("server.api.default_limit", "77", "page_size: 77"),
    (
        "server.api.host",
        "0.0.0.0",
        r#"tcp: Some(("0.0.0.0", 4200))"#,
    ),
    ("server.api.keepalive_timeout", "7", "keepalive_timeout: 7s"),
    ("server.api.max_parameter_size", "77", "parameters: 77"),
    ("server.api.port", "77", r#"tcp: Some(("127.0.0.1", 77))"#),
    (
        "server.api.websocket_ping_interval",
        "7",
        "websocket_ping_interval: 7s",
    ),
    (
        "server.api.websocket_ping_timeout",
        "7",
        "websocket_ping_timeout: 7s",
    ),
    (
        "server.concurrency.initial_deployment_lease_duration",
        "77",
        "slot_lease: 77s",
    ),
    (
        "server.concurrency.maximum_concurrency_slot_wait_seconds",
        "7",
        "slot: 7s",
    ),
    (
        "server.database.connection_timeout",
        "7",
        "connection: Some(7s)",
    ),
    (
        "server.database.connection_url",
        "sqlite+aiosqlite:////x/y.db",
        r#"File("/x/y.db")"#,
    ),
    ("server.database.durability", "normal", "durability: Normal"),
    ("server.database.host", "h", r#"Server("postgresql://h"#),
    (
        "server.database.migrate_on_start",
        "false",
        "migrates: false",
    ),
    (
        "server.database.migration_timeout",
        "7",
        "migration: Some(7s)",
    ),
    (
        "server.database.sqlalchemy.connect_args.application_name",
        "it",
        r#"application: "it""#,
    ),
    (
        "server.database.sqlalchemy.connect_args.search_path",
        "s",
        r#"search_path: Some("s")"#,
    ),
    (
        "server.database.sqlalchemy.connect_args.tls.enabled",
        "true",
        "tls: Some(Tls { ca_file: None, cert_file: None, key_file: None, checks_name: true })",
    ),
    ("server.database.timeout", "7", "statement: Some(7s)"),
    (
        "server.deployment_schedule_max_scheduled_runs",
        "7",
        "max_scheduled_runs: 7",
    ),
    (
        "server.deployments.concurrency_slot_wait_seconds",
        "7",
        "deployment_slot: 7s",
    ),
    ("server.ephemeral.enabled", "false", "target: None"),
    (
        "server.ephemeral.startup_timeout_seconds",
        "7",
        "startup_timeout: 7s",
    ),
    (
        "server.events.maximum_event_name_length",
        "7",
        "event_name: 7",
    ),
    (
        "server.events.maximum_labels_per_resource",
        "7",
        "event_labels: 7",
    ),
    (
        "server.events.maximum_related_resources",
        "7",
        "event_related: 7",
    ),
    ("server.events.maximum_size_bytes", "77", "event_size: 77"),
    (
        "server.events.maximum_websocket_backfill",
        "7",
        "backfill: 7s",
    ),
    ("server.events.retention_period", "77", "events: Some(77s)"),
    (
        "server.events.stream_out_enabled",
        "false",
        "Streams { events: false, logs: true }",
    ),
    (
        "server.events.websocket_backfill_page_size",
        "7",
        "backfill_page: 7",
    ),
    ("server.flow_run_graph.max_artifacts", "7", "artifacts: 7"),
    ("server.flow_run_graph.max_nodes", "7", "nodes: 7"),
    ("server.limits.body_size", "77", "body: 77"),
    ("server.limits.bulk_body_size", "77", "bulk_body: 77"),
    ("server.limits.header_timeout", "7", "header_timeout: 7s"),
    ("server.limits.json_depth", "7", "json_depth: 7"),
    ("server.limits.offset", "77", "offset: 77"),
    ("server.limits.request_timeout", "7", "request_timeout: 7s"),
    ("server.logs.retention_period", "77", "logs: Some(77s)"),
    (
        "server.logs.stream_out_enabled",
        "false",
        "Streams { events: true, logs: false }",
    ),
    (
        "server.secrets.key",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "secrets: Given(",
    ),
    ("server.secrets.key_file", "/x/key", "secrets: File(/x/key)"),
    (
        "server.services.cancellation_cleanup.cancelling_timeout_seconds",
        "7",
        "cancellation_cleanup: Some(Every { interval: 20s, with: 7s })",
    ),
    (
        "server.services.cancellation_cleanup.enabled",
        "false",
        "cancellation_cleanup: None",
    ),
    (
        "server.services.cancellation_cleanup.loop_seconds",
        "7",
        "cancellation_cleanup: Some(Every { interval: 7s",
    ),
    (
        "server.services.cleanup_reconciler.batch_size",
        "7",
        "batch: 7",
    ),
    (
        "server.services.cleanup_reconciler.enabled",
        "false",
        "cleanup_reconciler: None",
    ),
    (
        "server.services.cleanup_reconciler.loop_seconds",
        "7",
        "cleanup_reconciler: Some(Every { interval: 7s",
    ),
    ("server.services.db_vacuum.batch_size", "7", "batch: 7"),
    (
        "server.services.db_vacuum.enabled",
        "events",
        "logs: None, flow_runs: None",
    ),
    (
        "server.services.db_vacuum.event_retention_overrides",
        r#"{"a": 7}"#,
        r#"events_named: [("a", 7s)]"#,
    ),
    (
        "server.services.db_vacuum.loop_seconds",
        "7",
        "retention: Every { interval: 7s",
    ),
    (
        "server.services.db_vacuum.retention_period",
        "7200",
        "flow_runs: Some(7200s)",
    ),
    (
        "server.services.foreman.deployment_last_polled_timeout_seconds",
        "7",
        "deployments: 7s",
    ),
    ("server.services.foreman.enabled", "false", "foreman: None"),
    (
        "server.services.foreman.fallback_heartbeat_interval_seconds",
        "7",
        "Patience { heartbeats: 3, interval: 7s",
    ),
    (
        "server.services.foreman.inactivity_heartbeat_multiple",
        "7",
        "heartbeats: 7",
    ),
    (
        "server.services.foreman.loop_seconds",
        "7",
        "foreman: Some(Every { interval: 7s",
    ),
    (
        "server.services.foreman.work_queue_last_polled_timeout_seconds",
        "7",
        "queues: 7s",
    ),
    (
        "server.services.late_runs.after_seconds",
        "7",
        "late_runs: Some(Every { interval: 5s, with: 7s })",
    ),
    (
        "server.services.late_runs.enabled",
        "false",
        "late_runs: None",
    ),
    (
        "server.services.late_runs.loop_seconds",
        "7",
        "late_runs: Some(Every { interval: 7s",
    ),
    (
        "server.services.pause_expirations.enabled",
        "false",
        "pause_expirations: None",
    ),
    (
        "server.services.pause_expirations.loop_seconds",
        "7",
        "pause_expirations: Some(Every { interval: 7s",
    ),
    (
        "server.services.repossessor.enabled",
        "false",
        "lease_reaper: None",
    ),
    (
        "server.services.repossessor.loop_seconds",
        "7",
        "lease_reaper: Some(Every { interval: 7s",
    ),
    (
        "server.services.scheduler.deployment_batch_size",
        "7",
        "max_seconds: 8640000.0 }, 7)",
    ),
    (
        "server.services.scheduler.enabled",
        "false",
        "scheduler: None",
    ),
    (
        "server.services.scheduler.loop_seconds",
        "3",
        "scheduler: Some(Every { interval: 3s",
    ),
    ("server.services.scheduler.max_runs", "7", "max_runs: 7"),
    (
        "server.services.scheduler.max_scheduled_time",
        "7",
        "max_seconds: 7.0",
    ),
    ("server.services.scheduler.min_runs", "7", "min_runs: 7"),
    (
        "server.services.scheduler.min_scheduled_time",
        "7",
        "min_seconds: 7.0",
    ),
    (
        "server.services.scheduler.recent_deployments_loop_seconds",
        "7",
        "scheduler: Some(Every { interval: 7s",
    ),
    (
        "server.services.task_run_recorder.enabled",
        "false",
        "records_reports: false",
    ),
    ("server.shutdown_timeout", "7", "shutdown_timeout: 7s"),
    ("server.tasks.max_cache_key_length", "7", "cache_key: 7"),
    (
        "server.tasks.scheduling.max_retry_queue_size",
        "7",
        "retries: 7",
    ),
    (
        "server.tasks.scheduling.max_scheduled_queue_size",
        "7",
        "scheduled: 7",
    ),
    (
        "server.tasks.scheduling.pending_task_timeout",
        "8",
        "pending_tasks: Some(Every { interval: 4s, with: 8s })",
    ),
    (
        "server.tasks.tag_concurrency_slot_wait_seconds",
        "7",
        "tag_slot: 7s",
    ),
    ("server.ui.enabled", "false", "ui: false"),
    (
        "server.worker_channel.cleanup_completed_idempotency_retention_seconds",
        "7",
        "kept: 7s",
    ),
    (
        "server.worker_channel.cleanup_lease_seconds",
        "7",
        "lease: 7s",
    ),
    (
        "server.worker_channel.cleanup_max_delivery_attempts",
        "7",
        "attempts: 7",
    ),
];

/// What says how connections are encrypted, once they have to be.
const TLS: &[(&str, &str)] = &[
    ("PREFECT_SERVER_DATABASE_HOST", "h"),
    (
        "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_ENABLED",
        "true",
    ),
];

/// Those that mean something only beside another one.
const RESOLVED_BESIDE: &[(&[(&str, &str)], Row)] = &[
    (
        &[("PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED", "true")],
        ("server.api.csrf_token_expiration", "77", "csrf: Some(77s)"),
    ),
    (
        &[("PREFECT_SERVER_DATABASE_HOST", "h")],
        (
            "server.database.connections",
            "16",
            "readers: Some(9), writers: Some(6)",
        ),
    ),
    (
        TLS,
        (
            "server.database.sqlalchemy.connect_args.tls.ca_file",
            "/x/ca",
            r#"ca_file: Some("/x/ca")"#,
        ),
    ),
    (
        TLS,
        (
            "server.database.sqlalchemy.connect_args.tls.cert_file",
            "~/cert",
            r#"cert_file: Some("/u/cert")"#,
        ),
    ),
    (
        TLS,
        (
            "server.database.sqlalchemy.connect_args.tls.check_hostname",
            "false",
            "checks_name: false",
        ),
    ),
    (
        TLS,
        (
            "server.database.sqlalchemy.connect_args.tls.key_file",
            "/x/key",
            r#"key_file: Some("/x/key")"#,
        ),
    ),
    (
        &[("PREFECT_SERVER_DATABASE_NAME", "/x/z.db")],
        (
            "server.database.driver",
            "sqlite+aiosqlite",
            r#"File("/x/z.db")"#,
        ),
    ),
    (
        &[("PREFECT_SERVER_DATABASE_HOST", "h")],
        ("server.database.name", "n", "/n\")"),
    ),
    (
        &[("PREFECT_SERVER_DATABASE_HOST", "h")],
        ("server.database.port", "77", "h:77"),
    ),
    (
        &[("PREFECT_SERVER_DATABASE_HOST", "h")],
        ("server.database.user", "u", "u@h"),
    ),
    (
        &[
            ("PREFECT_SERVER_DATABASE_HOST", "h"),
            ("PREFECT_SERVER_DATABASE_USER", "u"),
        ],
        ("server.database.password", "p", "u:p@h"),
    ),
];

/// Those that are acted upon where they are read: the constant stands in this code.
const ACTED_UPON: &[(&str, &str)] = &[
    ("server.ephemeral.idle_timeout", "LOCAL_SERVER_IDLE_TIMEOUT"),
    ("server.log_format", "LOG_FORMAT"),
    ("server.logging_level", "LOGGING_LEVEL"),
    ("server.register_blocks_on_start", "REGISTER_ON_START"),
];

/// Everything that a server is started with, as one text.
fn resolved(environment: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let settings = Settings::from_sources(Sources {
        environment: environment.iter().map(pair).collect(),
        user_home: Some("/u".into()),
        ..Sources::default()
    })
    .unwrap();
    let mut config = ServerConfig::from_settings(&settings).unwrap();
    config.shown_settings = serde_json::Value::Null;
    let plan = Plan::from_settings(&settings).unwrap();
    let client = Config::from_settings(&settings).unwrap();
    let stored = settings.database().map_err(anyhow::Error::from);
    let stored = stored.and_then(|database| start_options(&settings, &database));
    let stored = stored.map_or_else(
        |error| error.to_string(),
        |(options, _)| {
            let Options {
                location,
                durability,
                secrets,
                session,
                migrates,
                waits,
                queue_limits,
                records_reports,
                readers,
                writers,
                ..
            } = options;
            format!(
                "{location:?}, durability: {durability:?}, secrets: {secrets:?}, {session:?}, migrates: {migrates}, {waits:?}, \
                 {queue_limits:?}, records_reports: {records_reports}, readers: {readers:?}, writers: {writers:?}"
            )
        },
    );
    format!("{config:?}\n{plan:?}\n{client:?}\n{stored}")
}

#[test]
fn every_setting_of_the_server_changes_what_it_is_started_with() {
    let mut missing: BTreeSet<&str> = defs::all()
        .map(|setting| setting.name)
        .filter(|name| name.starts_with("server."))
        .collect();
    let alone = RESOLVED.iter().map(|row| (&[][..], row));
    let beside = RESOLVED_BESIDE.iter().map(|(beside, row)| (*beside, row));
    let mut wrong = Vec::new();
    for (beside, (name, value, shows)) in alone.chain(beside) {
        missing.remove(name);
        let before = resolved(beside);
        for variable in defs::find(name).unwrap().variables() {
            let mut with = beside.to_vec();
            with.push((&variable, value));
            let after = resolved(&with);
            if before.contains(shows) || !after.contains(shows) {
                wrong.push(format!("{variable}={value}: {shows}"));
            }
        }
    }
    let code = include_str!("../serve.rs");
    for (name, constant) in ACTED_UPON {
        missing.remove(name);
        if !code.contains(constant) {
            wrong.push((*name).to_owned());
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
    assert_eq!(missing.len(), 0, "without a row: {missing:?}");
}
