//! Which client is old, by its headers.

use crate::Client;

#[test]
fn headers_tell_versions() {
    let client = Client::from_headers(Some("prefect/3.4.11 (API 0.8.4)"), Some("0.8.4"));
    assert_eq!(client.prefect, Some((3, 4, 11)));
    assert_eq!(client.api, Some((0, 8, 4)));
    let stranger = Client::from_headers(Some("curl/8"), Some("not a version"));
    assert_eq!(stranger, Client::default());
    let ours = Client::from_headers(Some("milliways/0.1.0"), None);
    assert_eq!(ours, Client::CURRENT);
}

#[test]
fn versions_tell_what_a_client_can() {
    let prefect = |text| Client::from_headers(Some(text), None);
    assert!(!Client::default().renews_leases());
    assert!(!prefect("prefect/3.4.9 (API 0.8.4)").renews_leases());
    assert!(prefect("prefect/3.4.11").renews_leases());
    assert!(prefect("prefect/3.10.0").renews_leases());
    assert!(prefect("prefect/3.0.0rc20").takes_deployment_slots());
    assert!(prefect("prefect/3.0.3").takes_deployment_slots());
    assert!(!prefect("prefect/3.0.4").takes_deployment_slots());
    assert!(!Client::default().takes_deployment_slots());

    let api = |text| Client::from_headers(None, Some(text));
    assert!(Client::default().resumes_without_count());
    assert!(api("0.8.4").resumes_without_count());
    assert!(!api("0.8.3").resumes_without_count());
    assert!(api("0.8.2").needs_task_runs_reset());
    assert!(!api("0.8.3").needs_task_runs_reset());
    assert!(!Client::default().needs_task_runs_reset());
}
