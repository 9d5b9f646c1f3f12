//! Values into statements and out of rows: one codec for both databases.
//!
//! Times are microseconds in 64 bits, JSON is text, ids are 16 bytes.

use std::borrow::Cow;
use std::rc::Rc;

use milliways_model::{Json, JsonObject, StateType, Timestamp, Uuid};
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type};

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
            fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
                Uuid::from_sqlite(value).map(Self)
            }
            fn from_postgres(row: &tokio_postgres::Row, index: usize) -> Result<Self, tokio_postgres::Error> {
                row.try_get::<_, Uuid>(index).map(Self)
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
        let index = self.next;
        self.next += 1;
        match self.inner {
            RowInner::Sqlite(row) => {
                let value = row.get_ref(index).map_err(DbError::from)?;
                T::from_sqlite(value).ok_or_else(|| {
                    DbError::corrupt(format!("column {index} holds {}", value.data_type()))
                })
            }
            RowInner::Postgres(row) => T::from_postgres(row, index).map_err(DbError::from),
        }
    }
}

/// What a column can be read as.
pub(crate) trait Column: Sized {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self>;
    fn from_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Self, tokio_postgres::Error>;
}

/// Reading through another type that both databases know.
macro_rules! columns {
    ($($type:ty: |$sqlite:ident| $from_sqlite:expr;)*) => {$(
        impl Column for $type {
            fn from_sqlite($sqlite: ValueRef<'_>) -> Option<Self> {
                $from_sqlite
            }
            fn from_postgres(row: &tokio_postgres::Row, index: usize) -> Result<Self, tokio_postgres::Error> {
                row.try_get(index)
            }
        }
    )*};
}
columns! {
    i64: |value| value.as_i64().ok();
    bool: |value| value.as_i64().ok().map(|value| value != 0);
    String: |value| value.as_str().ok().map(str::to_owned);
    Uuid: |value| Uuid::from_slice(value.as_blob().ok()?).ok();
    f64: |value| match value {
        ValueRef::Real(value) => Some(value),
        #[expect(clippy::cast_precision_loss, reason = "a whole number in a column of measures")]
        ValueRef::Integer(value) => Some(value as f64),
        _ => None,
    };
}

impl Column for Timestamp {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        i64::from_sqlite(value).map(Self::from_micros)
    }
    fn from_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Self, tokio_postgres::Error> {
        row.try_get(index).map(Self::from_micros)
    }
}

impl Column for StateType {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        Self::parse(value.as_str().ok()?)
    }
    fn from_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Self, tokio_postgres::Error> {
        let text: &str = row.try_get(index)?;
        // The column is only ever written from the enum.
        Ok(Self::parse(text).unwrap_or(Self::Crashed))
    }
}

impl Column for Json {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        Self::from_text(value.as_str().ok()?.to_owned()).ok()
    }
    fn from_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Self, tokio_postgres::Error> {
        let text: String = row.try_get(index)?;
        Ok(Self::from_text(text).unwrap_or_else(|_| JsonObject::default().into()))
    }
}

impl Column for JsonObject {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        Self::from_text(value.as_str().ok()?.to_owned()).ok()
    }
    fn from_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Self, tokio_postgres::Error> {
        let text: String = row.try_get(index)?;
        Ok(Self::from_text(text).unwrap_or_default())
    }
}

impl<T: Column> Column for Option<T> {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        if value == ValueRef::Null {
            Some(None)
        } else {
            T::from_sqlite(value).map(Some)
        }
    }
    fn from_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Self, tokio_postgres::Error> {
        match row.try_get::<_, Present>(index)? {
            Present(false) => Ok(None),
            Present(true) => T::from_postgres(row, index).map(Some),
        }
    }
}

/// Whether a column holds anything, whatever its type.
struct Present(bool);
impl<'a> tokio_postgres::types::FromSql<'a> for Present {
    fn from_sql(_: &Type, _: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(true))
    }
    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(false))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}
