//! Values into statements and out of rows: one codec for both databases.
//!
//! Times are microseconds in 64 bits, JSON is text, ids are 16 bytes.

use std::borrow::Cow;
use std::rc::Rc;

use milliways_model::{Json, JsonObject, StateType, Timestamp, Uuid};
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use serde::de::DeserializeOwned;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::conn::DbError;
use super::statement::Lists;

/// A parameter of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
    Texts(Vec<String>),
}

/// A list of parameters from anything that is a [`Value`].
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$(crate::db::Value::from($value)),*] };
}
pub(crate) use params;

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr;)*) => {$(
        impl<'a> From<$type> for Value<'a> {
            fn from($value: $type) -> Self {
                $make
            }
        }
    )*};
}
from! {
    bool => |value| Value::Bool(value);
    i64 => |value| Value::Int(value);
    i32 => |value| Value::Int(i64::from(value));
    f64 => |value| Value::Float(value);
    &'a str => |value| Value::Text(Cow::Borrowed(value));
    &'a String => |value| Value::Text(Cow::Borrowed(value));
    String => |value| Value::Text(Cow::Owned(value));
    Uuid => |value| Value::Uuid(value);
    Vec<Uuid> => |value| Value::Uuids(value);
    Vec<String> => |value| Value::Texts(value);
    Timestamp => |value| Value::Int(value.as_micros());
    StateType => |value| Value::Text(Cow::Borrowed(value.as_str()));
    &'a Json => |value| Value::Text(Cow::Borrowed(value.get()));
    &'a JsonObject => |value| Value::Text(Cow::Borrowed(value.get()));
}

macro_rules! from_ids {
    ($($id:ident),*) => {$(
        impl From<milliways_model::$id> for Value<'_> {
            fn from(id: milliways_model::$id) -> Self {
                Value::Uuid(id.0)
            }
        }
        impl Listed for milliways_model::$id {
            fn value(&self) -> Value<'static> {
                Value::Uuid(self.0)
            }
            fn list(items: &[Self]) -> Value<'static> {
                Value::Uuids(items.iter().map(|id| id.0).collect())
            }
        }
        impl Column for milliways_model::$id {
            fn read(cell: ValueRef<'_>) -> Option<Self> {
                Uuid::read(cell).map(Self)
            }
        }
    )*};
}
from_ids!(
    WorkspaceId,
    FlowId,
    FlowRunId,
    TaskRunId,
    StateId,
    EventId,
    LogId,
    DeploymentId,
    DeploymentScheduleId,
    WorkPoolId,
    WorkQueueId,
    WorkerId,
    ConcurrencyLimitId,
    LeaseId,
    BlockDocumentId,
    ArtifactId,
    ArtifactCollectionId,
    VariableId,
    SavedSearchId,
    BlockTypeId,
    BlockSchemaId,
    AutomationId
);

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(SqliteValue::Null),
            Self::Bool(value) => ToSqlOutput::Owned(SqliteValue::Integer(i64::from(*value))),
            Self::Int(value) => ToSqlOutput::Owned(SqliteValue::Integer(*value)),
            Self::Float(value) => ToSqlOutput::Owned(SqliteValue::Real(*value)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Uuid(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Uuids(ids) => array(
                ids.iter()
                    .map(|id| SqliteValue::Blob(id.as_bytes().to_vec()))
                    .collect(),
            ),
            Self::Texts(texts) => array(
                texts
                    .iter()
                    .map(|text| SqliteValue::Text(text.clone()))
                    .collect(),
            ),
        })
    }
}

impl Value<'_> {
    /// The same, of nobody else's memory.
    pub(super) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Float(value) => Value::Float(value),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Uuid(id) => Value::Uuid(id),
            Self::Uuids(ids) => Value::Uuids(ids),
            Self::Texts(texts) => Value::Texts(texts),
        }
    }

    /// How long the lists among these are.
    pub(super) fn lists(params: &[Self]) -> Lists {
        let mut lengths = params.iter().filter_map(|value| match value {
            Self::Uuids(ids) => Some(ids.len()),
            Self::Texts(texts) => Some(texts.len()),
            _ => None,
        });
        if lengths.all(|length| length == 1) {
            Lists::OfOne
        } else {
            Lists::Any
        }
    }
}

/// A parameter whose list of one item is that item.
pub(super) struct Only<'a>(pub(super) &'a Value<'a>);

impl rusqlite::ToSql for Only<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Uuids(ids) if ids.len() == 1 => {
                ToSqlOutput::Borrowed(ValueRef::Blob(ids[0].as_bytes()))
            }
            Value::Texts(texts) if texts.len() == 1 => {
                ToSqlOutput::Borrowed(ValueRef::Text(texts[0].as_bytes()))
            }
            other => rusqlite::ToSql::to_sql(other)?,
        })
    }
}

/// What the table-valued function `rarray` takes.
fn array(values: Vec<SqliteValue>) -> ToSqlOutput<'static> {
    ToSqlOutput::from_rc(Rc::new(values), c"rarray")
}

/// What a list of can be a parameter.
pub(crate) trait Listed: Sized {
    /// One of them alone.
    fn value(&self) -> Value<'static>;
    /// The parameter.
    fn list(items: &[Self]) -> Value<'static>;
    /// What stands in the text instead of one of them: an index of the rows of one state is used where that is named.
    fn literal(&self) -> Option<&'static str> {
        None
    }
}
impl Listed for String {
    fn value(&self) -> Value<'static> {
        self.clone().into()
    }
    fn list(items: &[Self]) -> Value<'static> {
        Value::Texts(items.to_vec())
    }
}
impl Listed for StateType {
    fn value(&self) -> Value<'static> {
        (*self).into()
    }
    fn list(items: &[Self]) -> Value<'static> {
        Value::Texts(items.iter().map(|kind| kind.as_str().to_owned()).collect())
    }
    fn literal(&self) -> Option<&'static str> {
        Some(self.as_str())
    }
}
impl Listed for Uuid {
    fn value(&self) -> Value<'static> {
        (*self).into()
    }
    fn list(items: &[Self]) -> Value<'static> {
        Value::Uuids(items.to_vec())
    }
}

/// The text as PostgreSQL can take it: it knows no NUL, so that the sign for what can't be shown stands in its place. A
/// log line or a message of an exception may hold one, and must not be lost for it, nor hold up what comes with it.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

type Encoded = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql(ty, out),
            Self::Int(value) if *ty == Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
            #[expect(clippy::cast_precision_loss, reason = "a count used as a measure")]
            Self::Int(value) if *ty == Type::FLOAT8 => (*value as f64).to_sql(ty, out),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Float(value) => value.to_sql(ty, out),
            Self::Text(text) => storable(text).to_sql(ty, out),
            Self::Uuid(id) => id.to_sql(ty, out),
            Self::Uuids(ids) => ids.to_sql(ty, out),
            Self::Texts(texts) => {
                let texts: Vec<Cow<'_, str>> = texts.iter().map(|text| storable(text)).collect();
                texts.to_sql(ty, out)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A row of either database, read from left to right.
pub(crate) struct Row<'r> {
    pub(super) inner: RowInner<'r>,
    pub(super) next: usize,
}

pub(super) enum RowInner<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// The next column.
    pub(crate) fn take<T: Column>(&mut self) -> Result<T, DbError> {
        self.take_as(T::read)
    }

    /// The next column, a text that is looked at and not kept.
    pub(crate) fn text<T>(&mut self, look: impl FnOnce(&str) -> T) -> Result<T, DbError> {
        self.take_as(|cell| cell.as_str().ok().map(look))
    }

    fn take_as<T>(&mut self, read: impl FnOnce(ValueRef<'_>) -> Option<T>) -> Result<T, DbError> {
        let index = self.next;
        self.next += 1;
        let cell = match self.inner {
            RowInner::Sqlite(row) => row.get_ref(index).map_err(DbError::from)?,
            RowInner::Postgres(row) => row.try_get::<_, Cell<'_>>(index).map_err(DbError::from)?.0,
        };
        read(cell)
            .ok_or_else(|| DbError::corrupt(format!("column {index} holds {}", cell.data_type())))
    }

    /// The next column, a small structure in the text that `text_of` gives; its default where the text is another.
    pub(crate) fn parse<T: DeserializeOwned + Default>(&mut self) -> Result<T, DbError> {
        Ok(self.take::<Parsed<T>>()?.0)
    }

    /// The same where there may be none.
    pub(crate) fn parse_optional<T: DeserializeOwned + Default>(
        &mut self,
    ) -> Result<Option<T>, DbError> {
        Ok(self.take::<Option<Parsed<T>>>()?.map(|parsed| parsed.0))
    }
}

/// What a column can be read as.
pub(crate) trait Column: Sized {
    /// None where the column holds something else.
    fn read(cell: ValueRef<'_>) -> Option<Self>;
}

/// Reading from what both databases know.
macro_rules! columns {
    ($($type:ty: |$cell:ident| $read:expr;)*) => {$(
        impl Column for $type {
            fn read($cell: ValueRef<'_>) -> Option<Self> {
                $read
            }
        }
    )*};
}
columns! {
    i64: |cell| cell.as_i64().ok();
    bool: |cell| cell.as_i64().ok().map(|value| value != 0);
    String: |cell| cell.as_str().ok().map(str::to_owned);
    Uuid: |cell| Uuid::from_slice(cell.as_blob().ok()?).ok();
    f64: |cell| match cell {
        ValueRef::Real(value) => Some(value),
        #[expect(clippy::cast_precision_loss, reason = "a whole number in a column of measures")]
        ValueRef::Integer(value) => Some(value as f64),
        _ => None,
    };
    Timestamp: |cell| cell.as_i64().ok().map(Self::from_micros);
    StateType: |cell| Self::parse(cell.as_str().ok()?);
    Json: |cell| Self::from_text(cell.as_str().ok()?.to_owned()).ok();
    JsonObject: |cell| Self::from_text(cell.as_str().ok()?.to_owned()).ok();
}

impl<T: Column> Column for Option<T> {
    fn read(cell: ValueRef<'_>) -> Option<Self> {
        if cell == ValueRef::Null {
            Some(None)
        } else {
            T::read(cell).map(Some)
        }
    }
}

/// A structure, read from the row's own memory.
struct Parsed<T>(T);

impl<T: DeserializeOwned + Default> Column for Parsed<T> {
    fn read(cell: ValueRef<'_>) -> Option<Self> {
        let text = cell.as_str().ok()?;
        Some(Self(serde_json::from_str(text).unwrap_or_default()))
    }
}

/// What PostgreSQL gives, as SQLite would give it.
struct Cell<'r>(ValueRef<'r>);

type Decoded<'r> = Result<Cell<'r>, Box<dyn std::error::Error + Sync + Send>>;

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Decoded<'r> {
        Ok(Self(match *ty {
            Type::INT8 => ValueRef::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => ValueRef::Integer(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => ValueRef::Integer(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => ValueRef::Real(f64::from_sql(ty, raw)?),
            Type::UUID => ValueRef::Blob(raw),
            // Texts, of which there are several types.
            _ => ValueRef::Text(raw),
        }))
    }

    fn from_sql_null(_: &Type) -> Decoded<'r> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::BOOL | Type::FLOAT8 | Type::UUID
        ) || <&str as FromSql>::accepts(ty)
    }
}
