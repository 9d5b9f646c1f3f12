//! Sources and their order, profiles and their files, and the table of declarations itself.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{LogLevel, Origin};

/// A user's home folder with the given files, and settings read from it.
struct User {
    folder: tempfile::TempDir,
}

impl User {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        Self { folder }
    }

    fn load(&self, environment: &[(&str, &str)]) -> Result<Settings> {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Settings::from_sources(Sources {
            environment: environment.iter().map(pair).collect(),
            user_home: Some(self.folder.path().to_owned()),
            profile: None,
            project: crate::project::files(self.folder.path(), &|_| None)?,
        })
    }

    fn settings(&self) -> Settings {
        self.load(&[]).expect("settings load")
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("the file is there")
    }
}

const OUR_FILE: &str = ".milliways/profiles.toml";
const PREFECTS_FILE: &str = ".prefect/profiles.toml";

#[test]
fn the_first_source_that_says_something_wins() {
    let profile = "active = \"a\"\n[profiles.a]\nPREFECT_LOGGING_LEVEL = \"ERROR\"\n";
    let user = User::new(&[(OUR_FILE, profile)]);
    let cases: [(&[(&str, &str)], &str); 5] = [
        (
            &[
                ("MILLIWAYS_LOGGING_LEVEL", "DEBUG"),
                ("PREFECT_LOGGING_LEVEL", "INFO"),
            ],
            "DEBUG",
        ),
        (&[("PREFECT_LOGGING_LEVEL", "INFO")], "INFO"),
        (
            &[
                ("MILLIWAYS_LOGGING_LEVEL", " "),
                ("PREFECT_LOGGING_LEVEL", "INFO"),
            ],
            "INFO",
        ),
        (&[("MILLIWAYS_LOGGING_LEVEL", "")], "ERROR"),
        (&[], "ERROR"),
    ];
    for (environment, expected) in cases {
        let settings = user.load(environment).expect("settings load");
        let level = settings.get(defs::logging::LEVEL).expect("a level");
        assert_eq!(level.as_str(), expected, "{environment:?}");
    }
    let overridden = user.settings().with(defs::logging::LEVEL, "critical");
    assert_eq!(
        overridden.get(defs::logging::LEVEL).expect("a level"),
        LogLevel::Critical
    );
}

#[test]
fn each_value_knows_where_it_comes_from() {
    let profile = "active = \"a\"\n[profiles.a]\nPREFECT_API_URL = \"http://h/api\"\n";
    let user = User::new(&[(OUR_FILE, profile)]);
    let settings = user
        .load(&[("PREFECT_API_DEFAULT_LIMIT", "50")])
        .expect("settings load");
    let source = |setting| settings.found(setting).expect("a value").source;
    assert_eq!(
        source(defs::limits::PAGE_SIZE.setting()),
        Source::Environment {
            variable: "PREFECT_API_DEFAULT_LIMIT".to_owned()
        }
    );
    assert_eq!(
        source(defs::api::URL.setting()),
        Source::Profile {
            name: "a".to_owned(),
            variable: "PREFECT_API_URL".to_owned(),
            file: user.folder.path().join(OUR_FILE),
        }
    );
    assert_eq!(source(defs::server::API_PORT.setting()), Source::Default);
    assert_eq!(settings.found(defs::api::KEY.setting()), None);
}

#[test]
fn files_of_the_project_come_after_the_environment_and_before_the_profile() {
    let profile = "active = \"a\"\n[profiles.a]\nPREFECT_API_URL = \"http://profile/api\"\n";
    let pyproject = "[tool.prefect.api]\nurl = \"http://pyproject/api\"\n";
    let prefect = "[api]\nurl = \"http://toml/api\"\n";
    let dotenv = "PREFECT_API_URL=http://dotenv/api\n";
    let mut files = vec![(OUR_FILE, profile)];
    let url = |files: &[(&str, &str)], environment: &[(&str, &str)]| {
        let settings = User::new(files).load(environment).expect("settings load");
        let found = settings.found(defs::api::URL.setting()).expect("a value");
        (found.text, found.source.kind())
    };
    let found = |text: &str, kind| (format!("http://{text}/api"), kind);
    assert_eq!(url(&files, &[]), found("profile", "profile"));
    files.push(("pyproject.toml", pyproject));
    assert_eq!(url(&files, &[]), found("pyproject", "project"));
    files.push(("prefect.toml", prefect));
    assert_eq!(url(&files, &[]), found("toml", "project"));
    files.push((".env", dotenv));
    assert_eq!(url(&files, &[]), found("dotenv", "project"));
    let set = [("PREFECT_API_URL", "http://environment/api")];
    assert_eq!(url(&files, &set), found("environment", "environment"));
}

#[test]
fn the_project_may_say_where_home_is_and_name_what_nobody_knows() {
    let prefect = "home = \"~/elsewhere\"\n[server]\nunheard_of = 1\n[runner]\nprocess_limit = 2\n";
    let user = User::new(&[("prefect.toml", prefect)]);
    let settings = user.settings();
    assert_eq!(
        settings.paths().home(),
        user.folder.path().join("elsewhere")
    );
    let remarks: Vec<String> = settings
        .check()
        .iter()
        .map(|remark| format!("{remark:?}"))
        .collect();
    assert_eq!(remarks.len(), 2, "{remarks:?}");
    assert!(remarks[0].contains("PREFECT_RUNNER_PROCESS_LIMIT"));
    assert!(remarks[1].contains("PREFECT_SERVER_UNHEARD_OF"));
}

#[test]
fn an_invalid_value_names_setting_value_and_source() {
    let user = User::new(&[]);
    let message = |name: &str, value: &str| {
        let settings = user.load(&[(name, value)]).expect("settings load");
        let error = match name {
            "PREFECT_SERVER_API_PORT" => settings.get(defs::server::API_PORT).expect_err("invalid"),
            _ => settings
                .get(defs::client::CUSTOM_HEADERS)
                .expect_err("invalid"),
        };
        format!("{error}\nhint: {}", error.hint().unwrap_or_default())
    };
    insta::assert_snapshot!(message("PREFECT_SERVER_API_PORT", "http"), @r"
    invalid value for server.api.port: expected a whole number from 0 to 65535, got `http` (environment variable PREFECT_SERVER_API_PORT)
    hint: `milliways config view server.api.port` explains the setting
    ");
    insta::assert_snapshot!(message("MILLIWAYS_CLIENT_CUSTOM_HEADERS", "token=hunter2"), @r#"
    invalid value for client.custom_headers: expected a JSON object of strings such as {"X-Team": "data"}, got `********` (environment variable MILLIWAYS_CLIENT_CUSTOM_HEADERS)
    hint: `milliways config view client.custom_headers` explains the setting
    "#);
}

#[test]
fn the_profile_in_force_is_found_in_both_files() {
    let ours = "active = \"mine\"\n[profiles.mine]\n[profiles.both]\nMILLIWAYS_API_URL = \"http://ours/api\"\n";
    let prefects = "active = \"theirs\"\n[profiles.theirs]\n[profiles.both]\nPREFECT_API_URL = \"http://prefects/api\"\n";
    let found = |files: &[(&str, &str)], environment: &[(&str, &str)]| match User::new(files)
        .load(environment)
    {
        Ok(settings) => {
            let profile = settings.profile();
            format!("{} of {}", profile.name, profile.origin.as_str())
        }
        Err(error) => format!("{error}; hint: {}", error.hint().unwrap_or_default()),
    };
    let both = [(OUR_FILE, ours), (PREFECTS_FILE, prefects)];
    let only_prefects = [(PREFECTS_FILE, prefects)];
    let cases = [
        found(&[], &[]),
        found(&both, &[]),
        found(&only_prefects, &[]),
        found(&both, &[("PREFECT_PROFILE", "theirs")]),
        found(
            &both,
            &[("MILLIWAYS_PROFILE", "both"), ("PREFECT_PROFILE", "theirs")],
        ),
        found(&both, &[("MILLIWAYS_PROFILE", "default")]),
        found(&both, &[("MILLIWAYS_PROFILE", "none")]),
        found(&[], &[("MILLIWAYS_PROFILE", "none")]),
        found(&[(OUR_FILE, "active = \"gone\"\n")], &[]),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r"
    default of milliways
    mine of milliways
    theirs of prefect
    theirs of prefect
    both of milliways
    default of milliways
    unknown profile: none; hint: there are: mine, both, theirs, both
    unknown profile: none; hint: `milliways profile create none` makes it
    unknown profile: gone; hint: `milliways profile create gone` makes it
    ");
}

#[test]
fn the_home_folder_follows_its_variables() {
    let user = User::new(&[]);
    let home = |environment: &[(&str, &str)]| {
        user.load(environment)
            .expect("settings load")
            .paths()
            .home()
            .to_owned()
    };
    assert_eq!(home(&[]), user.folder.path().join(".milliways"));
    assert_eq!(
        home(&[("MILLIWAYS_HOME", "~/elsewhere")]),
        user.folder.path().join("elsewhere")
    );
    assert_eq!(home(&[("PREFECT_HOME", "/data")]), Path::new("/data"));
    assert_eq!(
        home(&[("MILLIWAYS_HOME", "/a"), ("PREFECT_HOME", "/data")]),
        Path::new("/a")
    );
    let error = Settings::from_sources(Sources::default()).expect_err("no home");
    assert_eq!(error.to_string(), "cannot tell where your home folder is");
}

#[test]
fn prefects_home_holds_profiles_for_both() {
    let user = User::new(&[("data/profiles.toml", "active = \"a\"\n[profiles.a]\n")]);
    let data = user.folder.path().join("data");
    let settings = user
        .load(&[("PREFECT_HOME", &data.display().to_string())])
        .expect("settings load");
    assert_eq!(settings.profile().name, "a");
    let elsewhere = user
        .load(&[
            ("PREFECT_HOME", &data.display().to_string()),
            ("MILLIWAYS_HOME", "~/m"),
        ])
        .expect("settings load");
    assert_eq!(elsewhere.profile().origin, Origin::Prefect);
}

#[test]
fn a_socket_path_always_fits() {
    assert_eq!(Paths::new("/h").socket(), Path::new("/h/server.sock"));
    let long = Paths::new(format!("/{}", "x".repeat(120))).socket();
    assert!(
        long.as_os_str().len() < 104 && long.starts_with("/tmp"),
        "{}",
        long.display()
    );
}

#[test]
fn the_database_is_given_whole_or_in_parts() {
    let user = User::new(&[]);
    let database = |environment: &[(&str, &str)]| match user
        .load(environment)
        .expect("settings load")
        .database()
    {
        Ok(url) => url
            .to_string()
            .replace(&user.folder.path().display().to_string(), "~"),
        Err(error) => error.to_string(),
    };
    let cases = [
        database(&[]),
        database(&[(
            "PREFECT_API_DATABASE_CONNECTION_URL",
            "sqlite+aiosqlite:////a/b.db",
        )]),
        database(&[(
            "MILLIWAYS_SERVER_DATABASE_CONNECTION_URL",
            "sqlite:///~/c.db",
        )]),
        database(&[
            ("PREFECT_SERVER_DATABASE_DRIVER", "postgresql+asyncpg"),
            ("PREFECT_SERVER_DATABASE_HOST", "h"),
            ("PREFECT_SERVER_DATABASE_PORT", "5433"),
            ("PREFECT_SERVER_DATABASE_USER", "u"),
            ("PREFECT_SERVER_DATABASE_PASSWORD", "p"),
            ("PREFECT_SERVER_DATABASE_NAME", "db"),
        ]),
        database(&[("PREFECT_SERVER_DATABASE_DRIVER", "postgresql+asyncpg")]),
        database(&[
            ("PREFECT_SERVER_DATABASE_DRIVER", "sqlite+aiosqlite"),
            ("PREFECT_SERVER_DATABASE_NAME", "/d.db"),
        ]),
        database(&[(
            "MILLIWAYS_SERVER_DATABASE_CONNECTION_URL",
            "mysql://h:p@x/db",
        )]),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r"
    sqlite:///~/.milliways/milliways.db
    sqlite:////a/b.db
    sqlite:///~/c.db
    postgresql://u:********@h:5433/db
    incomplete address of the database: server.database.host is not set
    sqlite:////d.db
    invalid value for server.database.connection_url: expected sqlite:///path/to/file.db or postgresql://user:password@host:5432/name, got `********` (environment variable MILLIWAYS_SERVER_DATABASE_CONNECTION_URL)
    ");
}

#[test]
fn changing_a_profile_keeps_comments_and_spellings() {
    let text = "# mine\nactive = \"a\"\n\n[profiles.a]\n# where to\nPREFECT_API_URL = \"http://h/api\" # old\n";
    let user = User::new(&[(OUR_FILE, text)]);
    let url = defs::api::URL.setting();
    let mut profiles = user.settings().profiles().expect("profiles");
    profiles
        .set(url, &url.variable(), "http://new/api")
        .expect("set");
    let key = defs::api::KEY.setting();
    profiles.set(key, &key.variable(), "k").expect("set");
    profiles.create("b", Some("a")).expect("created");
    profiles.activate("b").expect("used");
    insta::assert_snapshot!(user.file(OUR_FILE), @r#"
    # mine
    active = "b"

    [profiles.a]
    # where to
    PREFECT_API_URL = "http://new/api" # old
    MILLIWAYS_API_KEY = "k"

    [profiles.b]
    MILLIWAYS_API_KEY = "k"
    PREFECT_API_URL = "http://new/api"
    "#);
    let mode = fs::metadata(user.folder.path().join(OUR_FILE))
        .expect("file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_first_change_makes_the_file() {
    let user = User::new(&[]);
    let level = defs::logging::LEVEL.setting();
    let mut profiles = user.settings().profiles().expect("profiles");
    profiles
        .set(level, &level.variable(), "DEBUG")
        .expect("set");
    assert_eq!(
        user.settings().get(defs::logging::LEVEL).expect("a level"),
        LogLevel::Debug
    );
    insta::assert_snapshot!(user.file(OUR_FILE), @r#"
    active = "default"

    [profiles.default]
    MILLIWAYS_LOGGING_LEVEL = "DEBUG"
    "#);
    let mut profiles = user.settings().profiles().expect("profiles");
    assert!(profiles.unset(level).expect("unset"));
    assert!(!profiles.unset(level).expect("unset"));
}

#[test]
fn a_profile_of_prefect_is_copied_before_it_is_changed() {
    let prefects = "active = \"p\"\n[profiles.p]\nPREFECT_API_URL = \"http://h/api\"\n";
    let user = User::new(&[(PREFECTS_FILE, prefects)]);
    let level = defs::logging::LEVEL.setting();
    let mut profiles = user.settings().profiles().expect("profiles");
    profiles
        .set(level, "PREFECT_LOGGING_LEVEL", "DEBUG")
        .expect("set");
    assert_eq!(user.file(PREFECTS_FILE), prefects);
    assert_eq!(user.settings().profile().origin, Origin::Milliways);
    let url = user
        .settings()
        .get(defs::api::URL)
        .expect("valid")
        .expect("set");
    assert_eq!(url.as_str(), "http://h/api");
}

#[test]
fn what_cannot_be_done_to_profiles_says_why() {
    let user = User::new(&[
        (OUR_FILE, "active = \"a\"\n[profiles.a]\n[profiles.b]\n"),
        (PREFECTS_FILE, "[profiles.p]\n"),
    ]);
    let mut profiles = user.settings().profiles().expect("profiles");
    let mut said = Vec::new();
    let mut note = |result: Result<()>| said.push(result.expect_err("refused").to_string());
    note(profiles.create("a", None));
    note(profiles.create("", None));
    note(profiles.create("-x", None));
    note(profiles.create("x\n", None));
    note(profiles.create("c", Some("none")));
    note(profiles.activate("none"));
    note(profiles.rename("a", "b"));
    note(profiles.delete("a"));
    note(profiles.delete("p").map_err(|error| match error {
        Error::ForeignProfile { name, .. } => Error::ForeignProfile {
            name,
            file: "FILE".into(),
        },
        other => other,
    }));
    let port = defs::server::API_PORT.setting();
    note(profiles.set(port, &port.variable(), "many"));
    insta::assert_snapshot!(said.join("\n"), @r"
    profile exists already: a
    invalid name of a profile: ``
    invalid name of a profile: `-x`
    invalid name of a profile: `x
    `
    unknown profile: none
    unknown profile: none
    profile exists already: b
    profile is in use: a
    profile belongs to Prefect: p in FILE
    invalid value for server.api.port: expected a whole number from 0 to 65535, got `many` (the command line)
    ");
    profiles.rename("a", "z").expect("renamed");
    assert_eq!(user.settings().profile().name, "z");
    profiles.delete("b").expect("deleted");
}

#[test]
fn malformed_files_name_the_line() {
    let cases = [
        "active = \"a\"\n[profiles.a\n",
        "profiles = 3\n",
        "active = \"a\"\nactive = \"b\"\n",
    ];
    for text in cases {
        let user = User::new(&[(OUR_FILE, text)]);
        let error = user.load(&[]).expect_err("malformed");
        assert!(matches!(error, Error::Malformed { .. }), "{error}");
    }
    let user = User::new(&[(OUR_FILE, "\n\nx = = 1\n")]);
    let message = user.load(&[]).expect_err("malformed").to_string();
    assert!(message.ends_with("on line 3"), "{message}");
}

#[test]
fn values_of_other_types_are_read_as_text() {
    let text = "active = \"a\"\n[profiles.a]\nPREFECT_SERVER_API_PORT = 4300\nPREFECT_UI_ENABLED = false\nPREFECT_CLIENT_RETRY_EXTRA_CODES = [ 418, 420 ]\n";
    let settings = User::new(&[(OUR_FILE, text)]).settings();
    assert_eq!(settings.get(defs::server::API_PORT).expect("valid"), 4300);
    assert!(!settings.get(defs::ui::ENABLED).expect("valid"));
    let codes = settings
        .get(defs::client::RETRY_EXTRA_CODES)
        .expect("valid")
        .expect("set");
    assert_eq!(codes.0, [418, 420]);
}

#[test]
fn a_check_finds_slips_and_what_has_no_effect() {
    let user = User::new(&[]);
    let settings = user
        .load(&[
            ("MILLIWAYS_SERVER_API_PROT", "4200"),
            ("PREFECT_RUNNER_PROCESS_LIMIT", "5"),
            ("PREFECT_UNHEARD_OF", "5"),
            ("PREFECT_SERVER_API_PORT", "x"),
            ("MILLIWAYS_PROFILE", "default"),
        ])
        .expect("settings load");
    insta::assert_debug_snapshot!(settings.check(), @r#"
    [
        Invalid(
            Invalid {
                name: "server.api.port",
                expects: "a whole number from 0 to 65535",
                shown: "x",
                origin: Environment {
                    variable: "PREFECT_SERVER_API_PORT",
                },
            },
        ),
        Unknown {
            variable: "MILLIWAYS_SERVER_API_PROT",
            closest: Some(
                "MILLIWAYS_SERVER_API_PORT",
            ),
        },
        WithoutEffect {
            variable: "PREFECT_RUNNER_PROCESS_LIMIT",
            reason: "processes are supervised by `milliways worker`, which has settings of its own",
        },
        Unknown {
            variable: "PREFECT_UNHEARD_OF",
            closest: None,
        },
    ]
    "#);
    let error = Settings::declared("server.api.prot").expect_err("unknown");
    assert_eq!(
        error.hint().as_deref(),
        Some("did you mean server.api.port?")
    );
}

#[test]
fn every_declaration_is_sound() {
    let mut spellings = BTreeSet::new();
    for setting in defs::all() {
        if let Some(default) = setting.default {
            assert!(
                setting.accepts(default),
                "{}: default {default}",
                setting.name
            );
        }
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        assert!(setting.name.chars().all(is_name), "{}", setting.name);
        assert!(!setting.summary().is_empty(), "{}", setting.name);
        assert!(
            setting.doc.trim_end().ends_with('.'),
            "{}: not a sentence",
            setting.name
        );
        for variable in setting.variables() {
            assert!(
                spellings.insert(variable.clone()),
                "{variable} is declared twice"
            );
            assert!(
                defs::without_effect(&variable).is_none(),
                "{variable} is not Prefect's alone"
            );
        }
    }
}

#[test]
fn every_setting_has_a_value_without_any_source() {
    let settings = User::new(&[]).settings();
    for setting in defs::all() {
        let is_optional = settings.found(setting).is_none();
        assert_eq!(is_optional, setting.default.is_none(), "{}", setting.name);
    }
    assert!(settings.check().is_empty());
}

/// Prefect's settings, one a line: its variable and the older spellings of it.
const PREFECTS: &str = include_str!("prefect-3.9.1.txt");

#[test]
fn every_setting_of_prefect_is_followed_or_named_in_all_its_spellings() {
    let mut wrong = Vec::new();
    for line in PREFECTS.lines() {
        let mut spellings = line.split(' ');
        let first = spellings.next().expect("a variable");
        let same = |other: &str| match defs::find(first) {
            Some(setting) => defs::find(other).is_some_and(|it| it.name == setting.name),
            None => defs::without_effect(other).is_some(),
        };
        wrong.extend([first].into_iter().chain(spellings).filter(|it| !same(it)));
    }
    assert_eq!(wrong, [] as [&str; 0]);
}
