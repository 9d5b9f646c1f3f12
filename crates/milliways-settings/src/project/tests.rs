//! The notation of each file, and which one wins.

use super::*;

fn in_folder(files: &[(&str, &str)]) -> Result<Vec<(String, BTreeMap<String, String>)>> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    let known = |name: &str| (name == "USER").then(|| "ford".to_owned());
    let found = super::files(folder.path(), &known)?;
    let named = |file: ProjectFile| {
        let name = file.path.file_name().unwrap_or_default();
        (name.to_string_lossy().into_owned(), file.values)
    };
    Ok(found.into_iter().map(named).collect())
}

#[test]
fn the_notation_of_dotenv() {
    let text = "\
# a comment
PREFECT_API_URL=http://h/api # where it is
export MILLIWAYS_API_KEY = 'a #b $x ${USER}'
prefect_home=\"~/a\\tb
next\"
PREFECT_UI_URL=http://${USER}/${NOBODY:-none}${NOBODY}
PATH=/bin
PREFECT_PROFILES_PATH=
MILLIWAYS_BIN=${PREFECT_UI_URL}/bin
";
    let found = in_folder(&[(".env", text)]).expect("values");
    let values: Vec<_> = found[0]
        .1
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        values,
        [
            ("MILLIWAYS_API_KEY", "a #b $x ${USER}"),
            ("MILLIWAYS_BIN", "http://ford/none/bin"),
            ("PREFECT_API_URL", "http://h/api"),
            ("PREFECT_HOME", "~/a\tb\nnext"),
            ("PREFECT_PROFILES_PATH", ""),
            ("PREFECT_UI_URL", "http://ford/none"),
        ]
    );
}

#[test]
fn tables_are_read_as_variables_in_the_order_of_the_files() {
    let prefect = "\
[server.api]
port = 4300
cors_allowed_origins = ['a', 'b']
[client.custom_headers]
X-Team = 'data'
";
    let pyproject =
        "[tool.prefect.logging]\nlevel = 'DEBUG'\n[tool.milliways]\nui_url = 'http://h'\n";
    let found = in_folder(&[("pyproject.toml", pyproject), ("prefect.toml", prefect)]);
    let lines: Vec<_> = found
        .expect("values")
        .into_iter()
        .flat_map(|(file, values)| {
            let line = move |(name, value)| format!("{file}: {name}={value}");
            values.into_iter().map(line)
        })
        .collect();
    assert_eq!(
        lines,
        [
            r#"prefect.toml: PREFECT_CLIENT_CUSTOM_HEADERS={"X-Team":"data"}"#,
            "prefect.toml: PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS=a,b",
            "prefect.toml: PREFECT_SERVER_API_PORT=4300",
            "pyproject.toml: MILLIWAYS_UI_URL=http://h",
            "pyproject.toml: PREFECT_LOGGING_LEVEL=DEBUG",
        ]
    );
}

#[test]
fn what_is_broken_is_named_and_what_is_not_ours_is_left_alone() {
    let cases = [
        (
            ".env",
            "A=1\nnothing\n",
            Some("expected NAME=value on line 2"),
        ),
        (
            ".env",
            "A=1\nB='x\n",
            Some("the quote on line 2 is not closed"),
        ),
        ("prefect.toml", "a = [\n", Some("line")),
        ("pyproject.toml", "a = [\n", None),
        ("pyproject.toml", "[tool.prefect\n", Some("line 1")),
    ];
    for (name, text, expected) in cases {
        match (in_folder(&[(name, text)]), expected) {
            (Err(error), Some(expected)) => {
                assert!(error.to_string().contains(expected), "{error}");
            }
            (found, expected) => assert!(found.is_ok() && expected.is_none(), "{name}: {text}"),
        }
    }
}
