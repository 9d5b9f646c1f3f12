//! What a template draws by lot: `random` out of a list or text, and the filler of `lipsum`.
//!
//! Randomness is given to a rendering; the same bits draw the same lots.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error};

use super::jinja::{Arguments, no};

/// How many words `lipsum` makes at most.
const MAX_WORDS: i64 = 20_000;

/// Filler, as printers have used it for long.
const WORDS: [&str; 64] = [
    "ad",
    "adipiscing",
    "aliqua",
    "aliquip",
    "amet",
    "anim",
    "aute",
    "cillum",
    "commodo",
    "consectetur",
    "consequat",
    "culpa",
    "cupidatat",
    "deserunt",
    "dolor",
    "dolore",
    "duis",
    "eiusmod",
    "elit",
    "enim",
    "esse",
    "est",
    "eu",
    "ex",
    "excepteur",
    "exercitation",
    "fugiat",
    "id",
    "in",
    "incididunt",
    "ipsum",
    "irure",
    "labore",
    "laboris",
    "laborum",
    "lorem",
    "magna",
    "minim",
    "mollit",
    "nisi",
    "non",
    "nostrud",
    "nulla",
    "occaecat",
    "officia",
    "pariatur",
    "proident",
    "qui",
    "quis",
    "reprehenderit",
    "sed",
    "sint",
    "sit",
    "sunt",
    "tempor",
    "ullamco",
    "ut",
    "velit",
    "veniam",
    "voluptate",
    "et",
    "do",
    "cum",
    "nec",
];

/// Adds the filter and the function.
pub(super) fn add(environment: &mut Environment<'_>, random: u128) {
    let lots = Arc::new(Lots::new(random));
    let theirs = Arc::clone(&lots);
    environment.add_filter("random", move |value: &Value| one_of(value, &theirs));
    environment.add_function("lipsum", move |rest: Rest<Value>, named: Kwargs| {
        lipsum(&Arguments::new(rest, named), &lots)
    });
}

/// Lots that are drawn one after the other.
struct Lots(AtomicU64);

impl Lots {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "both halves of the bits are taken"
    )]
    fn new(random: u128) -> Self {
        Self(AtomicU64::new((random >> 64) as u64 ^ random as u64))
    }

    /// A number below `count`, 0 where there is none.
    fn below(&self, count: usize) -> usize {
        // SplitMix64: steps of an odd constant, and two multiplications that mix the bits of each.
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut bits = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        usize::try_from((u128::from(bits) * count as u128) >> 64).unwrap_or(0)
    }

    /// A number of words between two.
    fn between(&self, least: usize, end: usize) -> usize {
        least + self.below(end - least)
    }
}

fn one_of(value: &Value, lots: &Lots) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Undefined => Ok(Value::UNDEFINED),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            let lot = text.chars().nth(lots.below(text.chars().count()));
            Ok(lot.map_or(Value::UNDEFINED, Value::from))
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Vec<Value> = value.try_iter()?.collect();
            Ok(items
                .get(lots.below(items.len()))
                .cloned()
                .unwrap_or_default())
        }
        ValueKind::Map if value.len() == Some(0) => Ok(Value::UNDEFINED),
        _ => Err(no("`random` takes one out of a list or a text")),
    }
}

fn lipsum(given: &Arguments, lots: &Lots) -> Result<String, Error> {
    let count = |place, name, default| match given.get(place, name) {
        None => Ok(default),
        Some(count) => count
            .as_i64()
            .ok_or_else(|| no("`lipsum` is given whole numbers")),
    };
    let paragraphs = count(0, "n", 5)?.max(0);
    let is_html = given.is_set(1, "html", true);
    let (least, end) = (count(2, "min", 20)?, count(3, "max", 100)?);
    given.end()?;
    if paragraphs > 0 && least >= end {
        return Err(no("`lipsum` needs a `min` below its `max`"));
    }
    if paragraphs.saturating_mul(end.max(1)) > MAX_WORDS {
        return Err(no("`lipsum` makes no more than 20000 words"));
    }
    // A length below zero is none.
    let size = |count: i64| usize::try_from(count).unwrap_or(0);
    let written = (0..paragraphs).map(|_| {
        let words = size(least + i64::try_from(lots.below(size(end - least))).unwrap_or(0));
        let text = paragraph(words, lots);
        if is_html {
            format!("<p>{text}</p>")
        } else {
            text
        }
    });
    let written: Vec<String> = written.collect();
    Ok(written.join(if is_html { "\n" } else { "\n\n" }))
}

/// Sentences of ten to twenty words, with a comma now and then, and no word twice in a row.
fn paragraph(words: usize, lots: &Lots) -> String {
    let mut text = String::new();
    let mut last = WORDS.len();
    let (mut to_stop, mut to_comma) = (0, 0);
    for left in (0..words).rev() {
        let begins = to_stop == 0;
        if begins {
            to_stop = lots.between(10, 20);
            to_comma = lots.between(3, 8);
        }
        // One of the others: those behind the last one move up.
        let mut word = lots.below(WORDS.len() - 1);
        if word >= last {
            word += 1;
        }
        last = word;
        let (first, rest) = WORDS[word].split_at(1);
        if begins {
            text.push_str(&first.to_ascii_uppercase());
        } else {
            text.push_str(first);
        }
        text.push_str(rest);
        to_stop -= 1;
        to_comma -= 1;
        if left == 0 {
            break;
        } else if to_stop == 0 {
            text.push('.');
        } else if to_comma == 0 {
            text.push(',');
            to_comma = lots.between(3, 8);
        }
        text.push(' ');
    }
    text.push('.');
    text
}
