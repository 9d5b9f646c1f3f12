//! Names: what may be one, and the two words that a run gets when it is given none.

use std::fmt;

/// The longest name that is accepted, in characters.
pub const MAX_NAME_LENGTH: usize = 255;

/// Why a text can't be a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidName {
    /// It has no character.
    Empty,
    /// It has more than [`MAX_NAME_LENGTH`] characters.
    TooLong,
    /// It has a control or text-direction character.
    Control,
    /// It has one of `/ % & > <`.
    Reserved(char),
    /// It is `.` or `..`, which in a path mean a folder.
    Dots,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("name is empty"),
            Self::TooLong => write!(f, "name is longer than {MAX_NAME_LENGTH} characters"),
            Self::Control => f.write_str("name has a control character"),
            Self::Reserved(character) => write!(f, "name has a reserved character: {character}"),
            Self::Dots => f.write_str("name is `.` or `..`, which in an address mean a folder"),
        }
    }
}

impl std::error::Error for InvalidName {}

/// Checks the name of a run: text for people, so that only its length and control characters matter.
pub fn check_run_name(name: &str) -> Result<(), InvalidName> {
    // 255 characters take at least 255 bytes, so that most names need no count.
    if name.len() > MAX_NAME_LENGTH && name.chars().count() > MAX_NAME_LENGTH {
        return Err(InvalidName::TooLong);
    }
    if name.chars().any(is_control) {
        return Err(InvalidName::Control);
    }
    Ok(())
}

/// Checks the name of an object that can be addressed by it: not empty, not `.` or `..`, and none of `/ % & > <`.
pub fn check_object_name(name: &str) -> Result<(), InvalidName> {
    match name {
        "" => return Err(InvalidName::Empty),
        // Clients resolve them before a request is sent, so that what has such a name can't be addressed.
        "." | ".." => return Err(InvalidName::Dots),
        _ => check_run_name(name)?,
    }
    match name.chars().find(|character| "/%&><".contains(*character)) {
        Some(character) => Err(InvalidName::Reserved(character)),
        None => Ok(()),
    }
}

/// Whether the text has nothing but lower-case letters, digits, dashes, and underscores where `underscores` says so.
pub fn is_slug(text: &str, underscores: bool) -> bool {
    text.bytes().all(|byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'-' => true,
        b'_' => underscores,
        _ => false,
    })
}

/// Control characters, and those that turn the direction of text around and so hide what a name says.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// A name of two words for a run, from 64 random bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "remainders of small lengths"
)]
pub fn generate(random: u64) -> String {
    let adjective = ADJECTIVES[(random % ADJECTIVES.len() as u64) as usize];
    let animal = ANIMALS[((random >> 32) % ANIMALS.len() as u64) as usize];
    format!("{adjective}-{animal}")
}

const ADJECTIVES: [&str; 96] = [
    "able", "agile", "amber", "ample", "ardent", "azure", "balmy", "bold", "brave", "breezy",
    "bright", "brisk", "bronze", "calm", "candid", "cheery", "chief", "civil", "clever", "cobalt",
    "copper", "coral", "cosmic", "cozy", "crisp", "curious", "dapper", "daring", "deft", "eager",
    "early", "earnest", "easy", "elated", "fabled", "fair", "fancy", "fearless", "festive",
    "fleet", "fluent", "fond", "frank", "free", "fresh", "gentle", "gifted", "glad", "golden",
    "grand", "happy", "hardy", "hearty", "honest", "humble", "indigo", "ivory", "jade", "jolly",
    "jovial", "keen", "kind", "lively", "loyal", "lucid", "lucky", "lunar", "magic", "mellow",
    "merry", "mighty", "modest", "neat", "nimble", "noble", "olive", "opal", "placid", "plucky",
    "polite", "proud", "quick", "quiet", "rapid", "ruby", "sage", "scarlet", "serene", "silver",
    "sleek", "solar", "steady", "sunny", "swift", "tidy", "vivid",
];

const ANIMALS: [&str; 96] = [
    "albatross",
    "alpaca",
    "ant",
    "antelope",
    "badger",
    "bat",
    "bear",
    "beaver",
    "bee",
    "bison",
    "bobcat",
    "buffalo",
    "camel",
    "caribou",
    "cat",
    "cheetah",
    "cobra",
    "condor",
    "cougar",
    "coyote",
    "crab",
    "crane",
    "cricket",
    "crow",
    "deer",
    "dingo",
    "dolphin",
    "dove",
    "duck",
    "eagle",
    "echidna",
    "eel",
    "egret",
    "elephant",
    "elk",
    "emu",
    "falcon",
    "ferret",
    "finch",
    "fox",
    "frog",
    "gazelle",
    "gecko",
    "gibbon",
    "giraffe",
    "goat",
    "goose",
    "grouse",
    "gull",
    "hare",
    "hawk",
    "hedgehog",
    "heron",
    "hippo",
    "ibex",
    "ibis",
    "iguana",
    "impala",
    "jackal",
    "jaguar",
    "jay",
    "kestrel",
    "kiwi",
    "koala",
    "lark",
    "lemur",
    "leopard",
    "lion",
    "lizard",
    "llama",
    "lobster",
    "lynx",
    "macaw",
    "magpie",
    "marmot",
    "marten",
    "mole",
    "moose",
    "narwhal",
    "newt",
    "ocelot",
    "octopus",
    "orca",
    "osprey",
    "otter",
    "owl",
    "panda",
    "panther",
    "pelican",
    "puffin",
    "quail",
    "raven",
    "seal",
    "stork",
    "tapir",
    "walrus",
];
