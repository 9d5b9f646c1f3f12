//! Failures as a tree that has the shape of the value, for a form that shows each at its field.

use std::collections::HashMap;

use serde::Serialize;

use super::failure::{Failure, GAP, Step};

/// What is wrong with values, from the top down.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// What is wrong; a message stands where it belongs.
    pub errors: Vec<Trouble>,
    /// Whether nothing is.
    pub valid: bool,
}

/// A message, or where to look further.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Trouble {
    /// What is wrong with the value at hand.
    Message(String),
    /// Something is wrong with one of its properties.
    Property {
        /// Its key.
        property: String,
        /// What.
        errors: Vec<Trouble>,
    },
    /// Something is wrong with one of its items.
    Item {
        /// Its place.
        index: usize,
        /// What.
        errors: Vec<Trouble>,
    },
}

/// The failures as a tree.
pub fn explain(failures: &[Failure]) -> Explanation {
    let mut errors = Vec::new();
    for failure in the_telling_ones(failures) {
        if failure.of_unknown {
            continue;
        }
        let mut path = failure.path.clone();
        // What is missing is told at the field that it is missing from the object.
        if let Some(property) = &failure.missing {
            path.push(Step::Key(property.clone()));
        }
        place(&mut errors, &path, &failure.message);
    }
    Explanation {
        valid: errors.is_empty(),
        errors,
    }
}

/// Grouped by place. Where a value could not be made, whatever else is wrong there says nothing.
fn the_telling_ones(failures: &[Failure]) -> Vec<&Failure> {
    let mut order: Vec<Vec<&Failure>> = Vec::new();
    let mut places: HashMap<&[Step], usize> = HashMap::new();
    for failure in failures {
        let place = *places.entry(&failure.path).or_insert_with(|| {
            order.push(Vec::new());
            order.len() - 1
        });
        order[place].push(failure);
    }
    order
        .into_iter()
        .flat_map(|group| {
            let gaps: Vec<_> = group
                .iter()
                .copied()
                .filter(|failure| failure.keyword == Some(GAP))
                .collect();
            if gaps.is_empty() { group } else { gaps }
        })
        .collect()
}

fn place(level: &mut Vec<Trouble>, path: &[Step], message: &str) {
    let Some((step, rest)) = path.split_first() else {
        level.push(Trouble::Message(message.to_owned()));
        return;
    };
    if rest.is_empty() {
        level.push(at(step, vec![Trouble::Message(message.to_owned())]));
        return;
    }
    let found = level.iter().position(|trouble| match (trouble, step) {
        (Trouble::Property { property, .. }, Step::Key(key)) => property == key,
        (Trouble::Item { index, .. }, Step::Index(step)) => index == step,
        _ => false,
    });
    let found = found.unwrap_or_else(|| {
        level.push(at(step, Vec::new()));
        level.len() - 1
    });
    if let Trouble::Property { errors, .. } | Trouble::Item { errors, .. } = &mut level[found] {
        place(errors, rest, message);
    }
}

fn at(step: &Step, errors: Vec<Trouble>) -> Trouble {
    match step {
        Step::Key(key) => Trouble::Property {
            property: key.clone(),
            errors,
        },
        Step::Index(index) => Trouble::Item {
            index: *index,
            errors,
        },
    }
}
