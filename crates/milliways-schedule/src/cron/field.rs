//! The fields of a pattern: which values each one lets through.

/// A set of small numbers, and whether it holds the last day of the month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    bits: [u64; 3],
    base: i64,
    pub(super) last: bool,
}

impl Set {
    fn from(base: i64) -> Self {
        Self {
            bits: [0; 3],
            base,
            last: false,
        }
    }

    fn add(&mut self, value: i64) {
        if let Ok(place) = usize::try_from(value - self.base) {
            self.bits[place / 64] |= 1 << (place % 64);
        }
    }

    pub(super) fn has(&self, value: i64) -> bool {
        usize::try_from(value - self.base)
            .is_ok_and(|place| place < 192 && self.bits[place / 64] & (1 << (place % 64)) != 0)
    }

    fn len(&self) -> usize {
        self.bits
            .iter()
            .map(|part| part.count_ones() as usize)
            .sum::<usize>()
            + usize::from(self.last)
    }
}

/// Which week of a month's weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nth {
    /// From the beginning, counted from 1.
    First(i64),
    /// The last one.
    Last,
}

/// The seconds of a pattern.
#[derive(Clone, Debug, Default)]
pub(super) enum Seconds {
    /// It has no such field: they are zero.
    #[default]
    Zero,
    /// It has one; none lets everything through.
    In(Option<Set>),
}

/// The values of a field (none is all), and weekdays of certain weeks.
type Read = (Option<Set>, Vec<(i64, Nth)>);

/// A pattern; none lets everything through.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) minutes: Option<Set>,
    pub(super) hours: Option<Set>,
    pub(super) days: Option<Set>,
    pub(super) months: Option<Set>,
    pub(super) weekdays: Option<Set>,
    /// Weekdays of certain weeks of the month; then `weekdays` says no more.
    pub(super) nth: Vec<(i64, Nth)>,
    pub(super) seconds: Seconds,
    pub(super) years: Option<Set>,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What a field is about, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
    Second,
    Year,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Month,
        Self::Weekday,
        Self::Second,
        Self::Year,
    ];

    const fn range(self) -> (i64, i64) {
        match self {
            Self::Minute | Self::Second => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 6),
            Self::Year => (1970, 2099),
        }
    }

    fn size(self) -> usize {
        let (least, most) = self.range();
        usize::try_from(most - least + 1).unwrap_or(0)
    }

    fn named(self, text: &str) -> Option<i64> {
        let position = |names: &[&str]| names.iter().position(|name| *name == text);
        let place = match self {
            Self::Month => position(&MONTHS)? + 1,
            Self::Weekday => position(&WEEKDAYS)?,
            _ => return None,
        };
        i64::try_from(place).ok()
    }
}

impl Fields {
    /// Reads a pattern; none where it is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let text = match lower.as_str() {
            "@midnight" | "@daily" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let parts: Vec<&str> = text.split_whitespace().collect();
        if !(5..=7).contains(&parts.len()) {
            return None;
        }
        let mut fields = Self::default();
        for (kind, part) in Kind::ALL.into_iter().zip(&parts) {
            let mut field = Field::new(kind, parts.len());
            field.parse(part)?;
            let collapses = match kind {
                // A list of all days is still one that says something, beside weekdays.
                Kind::Day => parts[4].contains('*'),
                Kind::Weekday => parts[2].contains('*'),
                _ => true,
            };
            let (set, nth) = field.finish(collapses)?;
            match kind {
                Kind::Minute => fields.minutes = set,
                Kind::Hour => fields.hours = set,
                Kind::Day => fields.days = set,
                Kind::Month => fields.months = set,
                Kind::Weekday => (fields.weekdays, fields.nth) = (set, nth),
                Kind::Second => fields.seconds = Seconds::In(set),
                Kind::Year => fields.years = set,
            }
        }
        Some(fields)
    }
}

/// A field while it is read.
struct Field {
    kind: Kind,
    /// How many fields the pattern has: some values are read in short patterns only.
    width: usize,
    set: Set,
    is_all: bool,
    nth: Vec<(i64, Nth)>,
}

impl Field {
    fn new(kind: Kind, width: usize) -> Self {
        Self {
            kind,
            width,
            set: Set::from(kind.range().0),
            is_all: false,
            nth: Vec::new(),
        }
    }

    fn parse(&mut self, text: &str) -> Option<()> {
        if text.contains('?') {
            if text != "?" || !matches!(self.kind, Kind::Day | Kind::Weekday) {
                return None;
            }
            self.is_all = true;
            return Some(());
        }
        text.split(',').try_for_each(|item| self.item(item))
    }

    fn item(&mut self, item: &str) -> Option<()> {
        let (item, nth) = match self.kind {
            Kind::Weekday => week_of(item)?,
            _ => (item, None),
        };
        if item == "*" {
            self.is_all = true;
            return Some(());
        }
        if item == "l" && self.kind == Kind::Day {
            self.set.last = true;
            return Some(());
        }
        for value in self.values(item)? {
            let (least, most) = self.kind.range();
            let value = self.alias(value);
            if !(least..=most).contains(&value) {
                return None;
            }
            self.set.add(value);
            self.nth.extend(nth.map(|nth| (value, nth)));
        }
        Some(())
    }

    /// One value, or those of a range with or without a step.
    fn values(&self, item: &str) -> Option<Vec<i64>> {
        let (least, most) = self.kind.range();
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (span, Some(number(step)?)),
            None => (item, None),
        };
        let (low, high) = match (span, span.split_once('-')) {
            ("*", _) if step.is_some() => (least, most),
            (_, Some((low, high))) => (self.value(low)?, self.end(high)?),
            // From a value on, where there is a step.
            (one, None) if step.is_some() => (self.value(one)?, most),
            (one, None) => return Some(vec![self.value(one)?]),
        };
        self.range(self.alias(low), self.alias(high), step.unwrap_or(1))
    }

    fn range(&self, low: i64, high: i64, step: i64) -> Option<Vec<i64>> {
        let (least, most) = self.kind.range();
        if step == 0 || low.max(high) > most {
            return None;
        }
        let stride = usize::try_from(step).ok()?;
        if low == high {
            return Some((least..=most).step_by(stride).collect());
        }
        if low < high {
            return Some((low..=high).step_by(stride).collect());
        }
        // Around the end: the stride goes on over it.
        let mut values: Vec<i64> = (low..=most).step_by(stride).collect();
        let mut skip = 0;
        if let Some(last) = values.last() {
            let (behind, ahead) = (last - least, most - last);
            if behind + step > most - least + 1 && ahead < step {
                skip = step - ahead;
            }
        }
        values.extend((least + skip..=high).step_by(stride));
        Some(values)
    }

    fn end(&self, text: &str) -> Option<i64> {
        if self.kind == Kind::Day && text == "l" {
            return Some(31);
        }
        self.value(text)
    }

    fn value(&self, text: &str) -> Option<i64> {
        number(text).or_else(|| self.kind.named(text))
    }

    /// Sunday as 7, and the zeroth day of the longer patterns.
    fn alias(&self, value: i64) -> i64 {
        match (self.kind, self.width, value) {
            (Kind::Weekday, 5, 7) => 0,
            (Kind::Day, 6, 0) => 1,
            _ => value,
        }
    }

    fn finish(mut self, collapses: bool) -> Option<Read> {
        // Weekdays of certain weeks don't mix with plain ones, unless all are meant.
        if !self.nth.is_empty() && self.set.len() != self.kind.size() {
            let (least, most) = self.kind.range();
            let is_plain =
                |day: i64| self.set.has(day) && self.nth.iter().all(|(it, _)| *it != day);
            if (least..=most).any(is_plain) {
                return None;
            }
        }
        if self.is_all || (collapses && self.set.len() == self.kind.size()) {
            return Some((None, self.nth));
        }
        self.nth.dedup();
        Some((Some(self.set), self.nth))
    }
}

fn number(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// `2#3` and `mon#1` are weekdays of a week of the month, `l5` is the last one of a weekday.
fn week_of(item: &str) -> Option<(&str, Option<Nth>)> {
    if let Some((days, week)) = item.split_once('#') {
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_named = |text: &str| WEEKDAYS.contains(&text);
        if !is_word(days)
            && !days
                .split_once('-')
                .is_some_and(|(low, high)| is_named(low) && is_named(high))
        {
            return None;
        }
        let week = number(week).filter(|week| (1..=5).contains(week))?;
        return Some((days, Some(Nth::First(week))));
    }
    match item.strip_prefix('l') {
        Some(day) if number(day).is_some() => Some((day, Some(Nth::Last))),
        _ => Some((item, None)),
    }
}
