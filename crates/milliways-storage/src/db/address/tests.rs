//! What addresses ask for, in every mode that libpq has.

use super::*;

fn check(parameters: &[&str], tls: Option<&Tls>) -> String {
    let session = Session {
        tls: tls.cloned(),
        ..Session::default()
    };
    let line = |parameters: &&str| {
        let place = if parameters.contains("host=") {
            "postgresql:///db"
        } else {
            "postgresql://u@h/db"
        };
        let meaning = match Address::parse(&format!("{place}?{parameters}"), &session) {
            Ok(Address { encryption, .. }) => {
                let Encryption {
                    ways,
                    verify,
                    identity,
                    ..
                } = encryption;
                format!("{ways:?} {verify:?} {identity:?}")
            }
            Err(error) => format!("{:?}", std::error::Error::source(&error).unwrap()),
        };
        format!("{parameters} => {meaning}")
    };
    parameters.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn modes_are_libpqs() {
    let told = check(
        &[
            "",
            "sslmode=",
            "sslmode=disable",
            "sslmode=allow",
            "sslmode=prefer",
            "sslmode=require",
            "sslmode=require&sslrootcert=/a%20b",
            "sslmode=verify-ca",
            "sslmode=verify-ca&sslrootcert=/ca",
            "sslmode=verify-full&sslrootcert=/ca",
            "sslrootcert=system",
            "sslmode=verify-full&sslrootcert=system",
            "sslmode=verify-ca&sslrootcert=system",
            "sslcert=/cert&sslkey=/key",
            "sslkey=/key",
            "sslmode=full",
            "host=/run/postgresql&sslmode=verify-full",
        ],
        None,
    );
    insta::assert_snapshot!(told, @r#"
     => [Prefer, Disable] Nothing None
    sslmode= => [Prefer, Disable] Nothing None
    sslmode=disable => [Disable] Nothing None
    sslmode=allow => [Disable, Require] Nothing None
    sslmode=prefer => [Prefer, Disable] Nothing None
    sslmode=require => [Require] Nothing None
    sslmode=require&sslrootcert=/a%20b => [Require] Issuer(File("/a b")) None
    sslmode=verify-ca => [Require] Issuer(System) None
    sslmode=verify-ca&sslrootcert=/ca => [Require] Issuer(File("/ca")) None
    sslmode=verify-full&sslrootcert=/ca => [Require] Name(File("/ca")) None
    sslrootcert=system => [Require] Name(System) None
    sslmode=verify-full&sslrootcert=system => [Require] Name(System) None
    sslmode=verify-ca&sslrootcert=system => Weak
    sslcert=/cert&sslkey=/key => [Prefer, Disable] Nothing Some(Identity { certificate: "/cert", key: "/key" })
    sslkey=/key => Half("sslkey")
    sslmode=full => Mode("full")
    host=/run/postgresql&sslmode=verify-full => [Disable] Name(System) None
    "#);
}

#[test]
fn settings_have_the_last_word() {
    let tls = Tls {
        ca_file: None,
        cert_file: None,
        key_file: None,
        checks_name: true,
    };
    let told = [
        check(&["", "sslmode=disable&sslrootcert=/ca"], Some(&tls)),
        check(
            &["sslrootcert=/ca&sslcert=/cert&sslkey=/key"],
            Some(&Tls {
                ca_file: Some("/other".into()),
                cert_file: Some("/certificate".into()),
                key_file: Some("/its key".into()),
                checks_name: false,
            }),
        ),
        check(
            &["sslcert=/cert&sslkey=/key"],
            Some(&Tls {
                cert_file: Some("/certificate".into()),
                ..tls
            }),
        ),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
     => [Require] Name(System) None
    sslmode=disable&sslrootcert=/ca => [Require] Name(File("/ca")) None
    sslrootcert=/ca&sslcert=/cert&sslkey=/key => [Require] Issuer(File("/other")) Some(Identity { certificate: "/certificate", key: "/its key" })
    sslcert=/cert&sslkey=/key => Half("server.database.sqlalchemy.connect_args.tls.cert_file")
    "#);
}

#[test]
fn other_parameters_are_the_drivers() {
    let url = "postgresql://u:p%40@h:77/db?application_name=a&sslmode=require&connect_timeout=3";
    let config = Address::parse(url, &Session::default()).unwrap().config;
    assert_eq!(config.get_application_name(), Some("a"));
    assert_eq!(config.get_password(), Some(&b"p@"[..]));
    assert_eq!(config.get_ports(), [77]);
    assert_eq!(
        config.get_connect_timeout().map(|time| time.as_secs()),
        Some(3)
    );
    let error = Address::parse("postgresql://h/db?sslmod=x", &Session::default());
    assert!(error.is_err());
}

#[test]
fn what_is_reached_by_the_loopback_is_here() {
    for (url, is_elsewhere) in [
        ("postgresql:///db?host=/run/postgresql", false),
        ("postgresql://localhost/db", false),
        ("postgresql://127.0.0.1:77/db", false),
        ("postgresql://[::1]/db", false),
        ("postgresql://h/db?hostaddr=127.0.0.2", false),
        ("postgresql://localhost,h/db", true),
        ("postgresql://localhost/db?hostaddr=10.0.0.1", true),
        ("postgresql://10.0.0.1/db", true),
        ("postgresql://[fe80::1]/db", true),
        ("postgresql://db.example/db", true),
    ] {
        let address = Address::parse(url, &Session::default()).unwrap();
        assert_eq!(address.is_elsewhere(), is_elsewhere, "{url}");
    }
}
