//! A recurrence rule: how often, from when to when, and on which days and times.

use jiff::Span;
use jiff::civil::DateTime;

use super::parse;

/// How often a rule looks for times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
    Secondly,
}

impl Frequency {
    /// Its length where that is always the same and no more than an hour, in seconds.
    pub(super) const fn seconds(self) -> Option<i64> {
        match self {
            Self::Hourly => Some(3_600),
            Self::Minutely => Some(60),
            Self::Secondly => Some(1),
            _ => None,
        }
    }
}

/// A rule, with what it did not say taken from its beginning.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) start: DateTime,
    pub(super) until: Option<DateTime>,
    pub(super) count: Option<i64>,
    /// The day that weeks begin with, from Monday, which is 0.
    pub(super) week_start: i8,
    pub(super) positions: Vec<i64>,
    pub(super) months: Vec<i64>,
    pub(super) month_days: Vec<i64>,
    pub(super) year_days: Vec<i64>,
    pub(super) weeks: Vec<i64>,
    pub(super) easter: Vec<i64>,
    pub(super) weekdays: Vec<i8>,
    /// Weekdays of certain weeks of the month or year.
    pub(super) nth_weekdays: Vec<(i8, i64)>,
    pub(super) hours: Vec<i8>,
    pub(super) minutes: Vec<i8>,
    pub(super) seconds: Vec<i8>,
    /// Whether each step of the frequency is a time.
    pub(super) is_plain: bool,
}

impl Rule {
    /// A later beginning that means the same for what comes after `now`; only rules by the minute or second whose
    /// times are not counted have one.
    pub(super) fn anchor(&self, now: DateTime) -> DateTime {
        let beginning = parse::beginning();
        let unit = match self.frequency {
            Frequency::Minutely => 60,
            Frequency::Secondly => 1,
            _ => return beginning,
        };
        let period = unit * self.interval;
        let passed = now.duration_since(beginning).as_secs();
        if self.count.is_some() || passed <= 0 {
            return beginning;
        }
        let moved = Span::new().try_seconds(passed / period * period);
        moved
            .ok()
            .and_then(|span| beginning.checked_add(span).ok())
            .unwrap_or(beginning)
    }
}

/// What the text of a rule says.
#[derive(Debug)]
pub(super) struct Given {
    start: DateTime,
    frequency: Option<Frequency>,
    interval: i64,
    pub(super) until: Option<DateTime>,
    count: Option<i64>,
    week_start: i8,
    positions: Vec<i64>,
    months: Option<Vec<i64>>,
    month_days: Option<Vec<i64>>,
    year_days: Option<Vec<i64>>,
    weeks: Option<Vec<i64>>,
    easter: Option<Vec<i64>>,
    weekdays: Option<Vec<(i8, i64)>>,
    hours: Option<Vec<i64>>,
    minutes: Option<Vec<i64>>,
    seconds: Option<Vec<i64>>,
}

impl Given {
    pub(super) fn new(start: DateTime) -> Self {
        Self {
            start,
            frequency: None,
            interval: 1,
            until: None,
            count: None,
            week_start: 0,
            positions: Vec::new(),
            months: None,
            month_days: None,
            year_days: None,
            weeks: None,
            easter: None,
            weekdays: None,
            hours: None,
            minutes: None,
            seconds: None,
        }
    }

    /// Takes a part; none where its value is wrong, false where there is no such part.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Option<bool> {
        match name {
            "FREQ" => self.frequency = Some(frequency(value)?),
            "INTERVAL" => {
                let interval = value.parse().ok();
                self.interval = interval.filter(|it| (1..=1_000_000_000).contains(it))?;
            }
            "COUNT" => self.count = Some(value.parse().ok().filter(|count| *count >= 0)?),
            "WKST" => self.week_start = weekday(value)?,
            "BYSETPOS" => self.positions = numbers(value, -366, 366, true)?,
            "BYMONTH" => self.months = Some(numbers(value, 1, 12, true)?),
            "BYMONTHDAY" => self.month_days = Some(numbers(value, -31, 31, true)?),
            "BYYEARDAY" => self.year_days = Some(numbers(value, -366, 366, true)?),
            "BYWEEKNO" => self.weeks = Some(numbers(value, -53, 53, true)?),
            "BYEASTER" => self.easter = Some(numbers(value, -366, 366, false)?),
            "BYHOUR" => self.hours = Some(numbers(value, 0, 23, false)?),
            "BYMINUTE" => self.minutes = Some(numbers(value, 0, 59, false)?),
            "BYSECOND" => self.seconds = Some(numbers(value, 0, 59, false)?),
            "BYDAY" | "BYWEEKDAY" => {
                let days: Option<Vec<_>> = value.split(',').map(nth_weekday).collect();
                self.weekdays = Some(days?);
            }
            _ => return Some(false),
        }
        Some(true)
    }

    pub(super) fn finish(self) -> Result<Rule, String> {
        let frequency = self.frequency.ok_or("FREQ is missing")?;
        let start = self.start;
        if self.until.is_some_and(|until| until < start) {
            return Err("it ends before it begins".to_owned());
        }
        let is_plain = self.positions.is_empty()
            && [
                &self.months,
                &self.month_days,
                &self.year_days,
                &self.weeks,
                &self.easter,
            ]
            .iter()
            .all(|part| part.is_none())
            && [&self.hours, &self.minutes, &self.seconds]
                .iter()
                .all(|part| part.is_none())
            && self.weekdays.is_none();
        let (mut months, mut month_days, mut weekdays) = (
            self.months.unwrap_or_default(),
            self.month_days.clone(),
            self.weekdays.clone(),
        );
        let says_days = self.weeks.is_some()
            || self.year_days.is_some()
            || self.month_days.is_some()
            || self.weekdays.is_some()
            || self.easter.is_some();
        if !says_days {
            match frequency {
                Frequency::Yearly => {
                    if months.is_empty() {
                        months = vec![i64::from(start.month())];
                    }
                    month_days = Some(vec![i64::from(start.day())]);
                }
                Frequency::Monthly => month_days = Some(vec![i64::from(start.day())]),
                Frequency::Weekly => {
                    weekdays = Some(vec![(start.weekday().to_monday_zero_offset(), 0)]);
                }
                _ => {}
            }
        }
        // Weeks of the month make sense within months and years only.
        let takes_nth = frequency <= Frequency::Monthly;
        let weekdays = weekdays.unwrap_or_default();
        let (nth_weekdays, plain): (Vec<_>, Vec<_>) = weekdays
            .into_iter()
            .partition(|(_, nth)| *nth != 0 && takes_nth);
        Ok(Rule {
            frequency,
            interval: self.interval,
            start,
            until: self.until,
            count: self.count,
            week_start: self.week_start,
            positions: self.positions,
            months,
            month_days: month_days.unwrap_or_default(),
            year_days: self.year_days.unwrap_or_default(),
            weeks: self.weeks.unwrap_or_default(),
            easter: self.easter.unwrap_or_default(),
            weekdays: plain.into_iter().map(|(day, _)| day).collect(),
            nth_weekdays,
            hours: clock(self.hours, frequency < Frequency::Hourly, start.hour()),
            minutes: clock(
                self.minutes,
                frequency < Frequency::Minutely,
                start.minute(),
            ),
            seconds: clock(
                self.seconds,
                frequency < Frequency::Secondly,
                start.second(),
            ),
            is_plain,
        })
    }
}

/// Parts of the clock that are let through; that of the beginning where nothing says and something has to.
fn clock(given: Option<Vec<i64>>, needs_one: bool, of_start: i8) -> Vec<i8> {
    let mut parts: Vec<i8> = match given {
        Some(parts) => parts
            .into_iter()
            .filter_map(|part| i8::try_from(part).ok())
            .collect(),
        None if needs_one => vec![of_start],
        None => Vec::new(),
    };
    parts.sort_unstable();
    parts.dedup();
    parts
}

fn frequency(text: &str) -> Option<Frequency> {
    Some(match text {
        "YEARLY" => Frequency::Yearly,
        "MONTHLY" => Frequency::Monthly,
        "WEEKLY" => Frequency::Weekly,
        "DAILY" => Frequency::Daily,
        "HOURLY" => Frequency::Hourly,
        "MINUTELY" => Frequency::Minutely,
        "SECONDLY" => Frequency::Secondly,
        _ => return None,
    })
}

fn weekday(text: &str) -> Option<i8> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let place = names.iter().position(|name| *name == text)?;
    i8::try_from(place).ok()
}

/// `MO`, `+1MO`, `-1FR` or `TH(+1)`; 0 stands for any week.
fn nth_weekday(text: &str) -> Option<(i8, i64)> {
    if let Some((day, nth)) = text.split_once('(') {
        return Some((weekday(day)?, nth.strip_suffix(')')?.parse().ok()?));
    }
    let at = text.find(|c: char| !(c == '+' || c == '-' || c.is_ascii_digit()))?;
    let nth = match &text[..at] {
        "" => 0,
        number => number
            .parse()
            .ok()
            .filter(|nth| *nth != 0 && (-53..=53).contains(nth))?,
    };
    Some((weekday(&text[at..])?, nth))
}

/// A list of numbers within bounds.
fn numbers(text: &str, least: i64, most: i64, refuses_zero: bool) -> Option<Vec<i64>> {
    text.split(',')
        .map(|part| {
            let number: i64 = part.parse().ok()?;
            let fits = (least..=most).contains(&number) && !(refuses_zero && number == 0);
            fits.then_some(number)
        })
        .collect()
}
