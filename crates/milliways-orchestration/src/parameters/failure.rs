//! One thing that is wrong with a value.

/// One step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The way to the value, from the top.
    pub path: Vec<Step>,
    /// What is wrong with it.
    pub message: String,
    /// The keyword that says so; none where the schema is `false`.
    pub(super) keyword: Option<&'static str>,
    /// The property that `required` misses.
    pub(super) missing: Option<String>,
    /// What failed in each of several schemas, where one would have been enough.
    pub(super) context: Vec<Failure>,
    /// Whether the value has at least the type that its schema names.
    pub(super) matches_type: bool,
    /// Whether the value is unknown yet, so that nothing can be wrong with it.
    pub(super) of_unknown: bool,
}

/// What a gap in the values is reported by.
pub(super) const GAP: &str = "_placeholders";
