//! The step `git_clone`: a repository by the program `git`.
//!
//! A token is handed over in git's environment, for that server alone: it is in no argument, in no file of the clone,
//! and in no line of a log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::command::{Call, Surroundings};
use super::{Error, flag, one, optional, required};

const STEP: &str = "git_clone";

/// Gives the folder of the clone as `directory`.
pub(super) async fn clone(
    at: &Surroundings,
    arguments: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let wish = Wish::read(arguments)?;
    let folder = at.directory.join(&wish.folder);
    if folder.join(".git").exists() {
        wish.refresh(at).await?;
    } else {
        wish.fetch(at).await?;
    }
    Ok(one("directory", folder.display().to_string()))
}

/// What is to be cloned.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) repository: String,
    pub(super) folder: String,
    branch: Option<String>,
    commit: Option<String>,
    directories: Vec<String>,
    has_submodules: bool,
    pub(super) access: Option<Access>,
}

/// What git shows the server.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Access {
    user: String,
    password: String,
}

impl Wish {
    pub(super) fn read(arguments: &Map<String, Value>) -> Result<Self, Error> {
        let repository = required(STEP, arguments, "repository")?;
        check("repository", repository)?;
        let branch = optional(STEP, arguments, "branch")?;
        if let Some(branch) = branch {
            check("branch", branch)?;
        }
        let commit = optional(STEP, arguments, "commit_sha")?;
        if let Some(commit) = commit {
            let is_hash = commit.chars().all(|c| c.is_ascii_hexdigit());
            if !(is_hash && (4..=64).contains(&commit.len())) {
                return Err(wrong("commit_sha", "is not the hash of a commit"));
            }
            if branch.is_some() {
                return Err(wrong("commit_sha", "and `branch` can't both be given"));
            }
        }
        let folder = match optional(STEP, arguments, "clone_directory_name")? {
            Some(name) => name.to_owned(),
            None => usual_folder(repository, branch),
        };
        let is_name = !matches!(&*folder, "" | "." | "..") && !folder.contains(['/', '\\', '\0']);
        if !is_name || folder.starts_with('-') {
            return Err(wrong("clone_directory_name", "is not the name of a folder"));
        }
        Ok(Self {
            repository: repository.to_owned(),
            folder,
            branch: branch.map(str::to_owned),
            commit: commit.map(str::to_owned),
            directories: directories(arguments)?,
            has_submodules: flag(STEP, arguments, "include_submodules", false)?,
            access: access(repository, arguments)?,
        })
    }

    /// Clones what is not there.
    async fn fetch(&self, at: &Surroundings) -> Result<(), Error> {
        let mut words = vec!["git", "clone"];
        if let Some(branch) = &self.branch {
            words.extend(["--branch", branch]);
        }
        if self.has_submodules {
            words.push("--recurse-submodules");
        }
        if !self.directories.is_empty() {
            words.push("--sparse");
        }
        if self.commit.is_some() {
            words.extend(["--filter=blob:none", "--no-checkout"]);
        } else {
            words.extend(["--depth", "1"]);
        }
        words.extend(["--", &self.repository, &self.folder]);
        self.call(&words).run(at).await?;
        if !self.directories.is_empty() {
            let mut words = vec!["git", "-C", &self.folder, "sparse-checkout", "set", "--"];
            words.extend(self.directories.iter().map(|name| &**name));
            self.call(&words).run(at).await?;
        }
        if let Some(commit) = &self.commit {
            self.checkout(at, commit).await?;
        }
        Ok(())
    }

    /// Brings a clone of an earlier run up to date.
    async fn refresh(&self, at: &Surroundings) -> Result<(), Error> {
        let words = ["git", "-C", &*self.folder, "remote", "get-url", "origin"];
        let origin = self.call(&words).run(at).await?;
        if origin.stdout.trim() != self.repository {
            return Err(wrong(
                "repository",
                "is another one than that of the clone which is there",
            ));
        }
        let wanted = self.commit.as_ref().or(self.branch.as_ref());
        let wanted = wanted.map_or("HEAD", |name| name);
        let words = [
            "git",
            "-C",
            &*self.folder,
            "fetch",
            "--depth",
            "1",
            "origin",
            wanted,
        ];
        self.call(&words).run(at).await?;
        self.checkout(at, "FETCH_HEAD").await
    }

    async fn checkout(&self, at: &Surroundings, commit: &str) -> Result<(), Error> {
        let words = [
            "git",
            "-C",
            &*self.folder,
            "checkout",
            "--force",
            "--detach",
            commit,
        ];
        self.call(&words).run(at).await?;
        if self.has_submodules {
            let words = [
                "git",
                "-C",
                &*self.folder,
                "submodule",
                "update",
                "--init",
                "--recursive",
            ];
            self.call(&words).run(at).await?;
        }
        Ok(())
    }

    fn call(&self, words: &[&str]) -> Call<'_> {
        let mut call = Call::new(STEP, words);
        // Nobody is there to be asked.
        let mut environment = vec![("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned())];
        if let Some(access) = &self.access {
            environment.extend(access.environment(&self.repository));
            call.secret = Some(&access.password);
        }
        call.environment = environment;
        call
    }
}

impl Access {
    /// As git's configuration by environment: a header for requests to that server.
    pub(super) fn environment(&self, repository: &str) -> Vec<(String, String)> {
        let Some(server) = server(repository) else {
            return Vec::new();
        };
        let login = STANDARD.encode(format!("{}:{}", self.user, self.password));
        let pairs = [
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", format!("http.{server}/.extraHeader")),
            (
                "GIT_CONFIG_VALUE_0",
                format!("Authorization: Basic {login}"),
            ),
        ];
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// Scheme and host of an address of the web.
fn server(repository: &str) -> Option<&str> {
    let (scheme, rest) = repository.split_once("://")?;
    if scheme != "https" && scheme != "http" {
        return None;
    }
    let host = rest.split('/').next()?;
    Some(&repository[..scheme.len() + "://".len() + host.len()])
}

/// From a token, or from the data of a block of credentials.
fn access(repository: &str, arguments: &Map<String, Value>) -> Result<Option<Access>, Error> {
    let token = optional(STEP, arguments, "access_token")?;
    let credentials = arguments
        .get("credentials")
        .filter(|given| !given.is_null());
    let (user, secret) = match (token, credentials) {
        (Some(_), Some(_)) => {
            return Err(wrong(
                "access_token",
                "and `credentials` can't both be given",
            ));
        }
        (None, None) => return Ok(None),
        (Some(token), None) => (None, token),
        (None, Some(block)) => {
            let text = |name: &str| block.get(name).and_then(Value::as_str);
            let secret = text("token")
                .or_else(|| text("access_token"))
                .or_else(|| text("password"));
            let secret = secret.ok_or_else(|| {
                wrong(
                    "credentials",
                    "has neither `token` nor `access_token` nor `password`",
                )
            })?;
            (text("username"), secret)
        }
    };
    let (user, password) = match (user, secret.split_once(':')) {
        (Some(user), _) => (user, secret),
        (None, Some((user, password))) => (user, password),
        // What the servers of these makers want to be called with a token.
        (None, None) if repository.contains("gitlab") => ("oauth2", secret),
        (None, None) if repository.contains("bitbucket") => ("x-token-auth", secret),
        (None, None) => ("x-access-token", secret),
    };
    Ok(Some(Access {
        user: user.to_owned(),
        password: password.to_owned(),
    }))
}

fn usual_folder(repository: &str, branch: Option<&str>) -> String {
    let path = repository.trim_end_matches('/');
    let name = path.rsplit(['/', ':']).next().unwrap_or(path);
    let name = name.strip_suffix(".git").unwrap_or(name);
    match branch {
        Some(branch) => format!("{name}-{}", branch.replace('/', "-")),
        None => name.to_owned(),
    }
}

fn directories(arguments: &Map<String, Value>) -> Result<Vec<String>, Error> {
    let wrong = || wrong("directories", "is not a list of texts");
    match arguments.get("directories") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

/// What git would take for an option is no name.
fn check(argument: &'static str, text: &str) -> Result<(), Error> {
    if text.is_empty() || text.starts_with('-') || text.contains('\0') {
        return Err(wrong(argument, "is not one"));
    }
    Ok(())
}

fn wrong(argument: &'static str, problem: &str) -> Error {
    Error::Argument {
        step: STEP,
        argument,
        problem: problem.to_owned(),
    }
}
