//! The API document, made of the routes themselves.
//!
//! What all operations share is added here once: the version header, the answers to wrong requests, their
//! names. The handlers say the rest.

use std::sync::LazyLock;

use bytes::Bytes;
use milliways_model::Problem;
use milliways_model::event::Countable;
use milliways_model::graph::{Edge, NodeKind};
use milliways_model::version::PREFECT_VERSION;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::schema::{Components, ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem,
    RefOr, Required, ResponseBuilder, Schema,
};

use crate::bodies::{SchemaValueError, SchemaValueIndexError, SchemaValuePropertyError};
use crate::routes;

mod shapes;
mod tidy;

/// The API document.
pub fn openapi() -> OpenApi {
    // What is read back is what was written: it can only fail where the library contradicts itself.
    serde_json::from_value(document()).unwrap_or_else(|_| raw())
}

fn document() -> serde_json::Value {
    let mut document = serde_json::to_value(raw()).unwrap_or_default();
    tidy::tidy(&mut document);
    document
}

fn raw() -> OpenApi {
    let table = routes::all();
    let mut components = Components::new();
    components.schemas.extend(table.schemas);
    components.schemas.extend([
        named::<shapes::HttpValidationError>(),
        named::<shapes::ValidationError>(),
        named::<shapes::Step>(),
        named::<Problem>(),
        // Used where the derives don't look.
        named::<Countable>(),
        named::<Edge>(),
        named::<NodeKind>(),
        named::<SchemaValueError>(),
        named::<SchemaValueIndexError>(),
        named::<SchemaValuePropertyError>(),
    ]);
    components.security_schemes.insert(
        "basic".to_owned(),
        SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)).into(),
    );
    let mut paths = Paths::new();
    for (path, mut item) in table.paths.paths {
        finish(&path, &mut item);
        paths.paths.insert(format!("/api{path}"), item);
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Milliways")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(format!(
                    "Workflow orchestration. What Prefect {PREFECT_VERSION}'s clients know means the same here. \
                     Every path exists below `/api/accounts/{{account}}/workspaces/{{workspace}}` as well."
                )))
                .license(Some(LicenseBuilder::new().name("Apache-2.0").build()))
                .build(),
        )
        .paths(paths)
        .components(Some(components))
        .security(Some([SecurityRequirement::default(), SecurityRequirement::new::<_, _, String>("basic", [])]))
        .build()
}

fn named<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}

/// The API document as text, the way it is committed: indented, with a line's end at its end.
pub fn openapi_json() -> String {
    serde_json::to_string_pretty(&document())
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// The API document as it is served. It is made when it is first asked for: making it takes more memory than an idle
/// server holds.
pub(crate) fn served() -> Bytes {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi_json()));
    DOCUMENT.clone()
}

fn finish(path: &str, item: &mut PathItem) {
    for (method, slot) in [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Delete, &mut item.delete),
    ] {
        if let Some(operation) = slot {
            name(path, &method, operation);
            if !matches!(path, "/health" | "/version") {
                share(operation);
            }
        }
    }
}

/// Names an operation by its function, path and method, as Prefect's document does.
fn name(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let function = operation.operation_id.take().unwrap_or_default();
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Patch => "patch",
        HttpMethod::Put => "put",
        _ => "delete",
    };
    let path: String = path
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '_' {
                c
            } else {
                '_'
            }
        })
        .collect();
    operation.operation_id = Some(format!("{function}{path}_{method}"));
}

/// What every operation has.
fn share(operation: &mut Operation) {
    let header = ParameterBuilder::new()
        .name("x-prefect-api-version")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The version of the API that the client speaks"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    operation
        .parameters
        .get_or_insert_default()
        .push(header.into());
    let refers = |about: &str, name: &str| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(name)))
            .build();
        ResponseBuilder::new()
            .description(about)
            .content("application/json", content)
            .build()
    };
    let answers = &mut operation.responses.responses;
    let wrong = refers("The request is wrong", &shapes::HttpValidationError::name());
    answers
        .entry("422".to_owned())
        .or_insert_with(|| wrong.into());
    let other = refers("Anything else", &Problem::name());
    answers
        .entry("default".to_owned())
        .or_insert_with(|| other.into());
}
