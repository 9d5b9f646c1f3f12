//! The shapes that clients see.

use super::*;

#[track_caller]
fn check(problem: &Problem) -> Value {
    serde_json::from_slice(&problem.document("0198")).unwrap()
}

#[test]
fn a_business_error_has_detail() {
    let problem = Problem::not_found("Flow run");
    insta::assert_json_snapshot!(check(&problem), @r#"
    {
      "detail": "Flow run not found",
      "code": "not_found",
      "status": 404,
      "request_id": "0198"
    }
    "#);
}

#[test]
fn a_body_has_only_the_keys_of_prefect() {
    let body = |problem: Problem| String::from_utf8(problem.body()).unwrap();
    let refused = Problem::detail(StatusCode::CONFLICT, "journal_gap", "no").hint("go on at 4");
    assert_eq!(
        body(refused.number("expected_seq", 4)),
        r#"{"detail":"no"}"#
    );
    assert_eq!(
        body(Problem::fields(Vec::new(), None)),
        r#"{"exception_message":"Invalid request received.","exception_detail":[],"request_body":null}"#
    );
}

#[test]
fn a_wrong_field_is_named_with_its_body() {
    let error = FieldError::new(
        "missing",
        vec!["body".into(), "name".into()],
        "Field required",
        Value::Null,
    );
    let problem = Problem::fields(vec![error], Some(Bytes::from_static(b"{\"tags\": []}")));
    insta::assert_json_snapshot!(check(&problem), @r#"
    {
      "exception_message": "Invalid request received.",
      "exception_detail": [
        {
          "type": "missing",
          "loc": [
            "body",
            "name"
          ],
          "msg": "Field required",
          "input": null
        }
      ],
      "request_body": {
        "tags": []
      },
      "code": "invalid_request",
      "status": 422,
      "request_id": "0198"
    }
    "#);
}

#[test]
fn a_gap_in_a_journal_says_where_to_go_on() {
    let problem = Problem::from(milliways_storage::JournalError::Gap { expected: 7 });
    insta::assert_json_snapshot!(check(&problem), @r#"
    {
      "detail": "records are missing: the next one has to be number 7",
      "code": "journal_gap",
      "status": 409,
      "expected_seq": 7,
      "request_id": "0198"
    }
    "#);
}

#[test]
fn an_internal_error_hides_its_cause() {
    let problem = Problem::internal("SELECT secret FROM somewhere");
    assert_eq!(problem.cause(), Some("SELECT secret FROM somewhere"));
    assert!(
        !String::from_utf8(problem.document("0198"))
            .unwrap()
            .contains("SELECT")
    );
}
