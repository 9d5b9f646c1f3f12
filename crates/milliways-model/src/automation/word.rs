//! The words that tell triggers and actions apart: types that have one value.

/// Declares a type whose only value is written as a text.
macro_rules! word {
    ($name:ident = $text:literal) => {
        #[doc = concat!("`", $text, "`")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// How it is written.
            pub const TEXT: &'static str = $text;
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(Self::TEXT)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match std::borrow::Cow::<'de, str>::deserialize(deserializer)?.as_ref() {
                    Self::TEXT => Ok(Self),
                    _ => Err(serde::de::Error::custom(concat!(
                        "Input should be '",
                        $text,
                        "'"
                    ))),
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .default(Some(serde_json::Value::from(Self::TEXT)))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(super) use word;
