//! The notation in which `defs/` declares settings.

/// Declares the settings of one group: a typed [`Key`](crate::Key) for each, and `ALL` over them.
///
/// ```text
/// settings! {
///     /// Port that the server listens on.
///     API_PORT: u16 = "server.api.port", default "4200", also ["PREFECT_API_PORT"];
///     /// Ours alone: Prefect has no setting of this name.
///     LOG_FORMAT: LogFormat = ours "server.log_format", default "auto";
/// }
/// ```
macro_rules! settings {
    (@in_prefect) => { true };
    (@in_prefect ours) => { false };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    ($(
        $(#[doc = $doc:literal])+
        $key:ident: $type:ty = $($ours:ident)? $name:literal
            $(, default $default:literal)? $(, also [$($alias:literal),+ $(,)?])?;
    )+) => {
        $(
            $(#[doc = $doc])+
            pub const $key: $crate::Key<$type> = $crate::Key::new(&$crate::Setting {
                name: $name,
                expects: <$type as $crate::Value>::EXPECTS,
                default: $crate::declare::settings!(@default $($default)?),
                doc: concat!($($doc, "\n"),+),
                secret: <$type as $crate::Value>::SECRET,
                in_prefect: $crate::declare::settings!(@in_prefect $($ours)?),
                aliases: &[$($($alias),+)?],
                accepts: $crate::setting::accepts::<$type>,
            });
        )+

        /// The settings of this group, in the order of their declaration.
        pub const ALL: &[&$crate::Setting] = &[$($key.setting()),+];
    };
}

pub(crate) use settings;
