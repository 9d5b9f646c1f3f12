//! Which block types `y`, block schemas `z` and block documents `b`.

use milliways_model::WorkspaceId;
use milliways_model::filter::{BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter};

use super::{Conditions, Query, finish, like, nested, scoped};

/// What a list of blocks is about: filters of the object itself and of what it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockFilters {
    /// By type.
    pub types: Option<BlockTypeFilter>,
    /// By schema.
    pub schemas: Option<BlockSchemaFilter>,
    /// By document.
    pub documents: Option<BlockDocumentFilter>,
}

/// `WHERE` for block types `y`.
pub(crate) fn block_types(query: &mut Query, workspace: WorkspaceId, filters: &BlockFilters) {
    let mut all = scoped(query, "y", workspace);
    if let Some(filter) = &filters.types {
        types(&mut all, filter);
    }
    if let Some(filter) = &filters.schemas {
        let opening = "EXISTS (SELECT 1 FROM block_schema z WHERE z.block_type_id = y.id";
        nested(&mut all, opening, |inner| schemas(inner, filter));
    }
    finish(all);
}

/// `WHERE` for block schemas `z`.
pub(crate) fn block_schemas(query: &mut Query, workspace: WorkspaceId, filters: &BlockFilters) {
    let mut all = scoped(query, "z", workspace);
    if let Some(filter) = &filters.schemas {
        schemas(&mut all, filter);
    }
    finish(all);
}

/// `WHERE` for block documents `b`.
pub(crate) fn block_documents(query: &mut Query, workspace: WorkspaceId, filters: &BlockFilters) {
    let mut all = scoped(query, "b", workspace);
    documents(
        &mut all,
        filters
            .documents
            .as_ref()
            .unwrap_or(&BlockDocumentFilter::default()),
    );
    if let Some(filter) = &filters.types {
        let opening = "EXISTS (SELECT 1 FROM block_type y WHERE y.id = b.block_type_id";
        nested(&mut all, opening, |inner| types(inner, filter));
    }
    if let Some(filter) = &filters.schemas {
        let opening = "EXISTS (SELECT 1 FROM block_schema z WHERE z.id = b.block_schema_id";
        nested(&mut all, opening, |inner| schemas(inner, filter));
    }
    finish(all);
}

fn types(all: &mut Conditions<'_>, filter: &BlockTypeFilter) {
    let name = filter.name.as_ref().and_then(|name| name.like_.as_ref());
    if let Some(text) = name.filter(|text| !text.is_empty()) {
        all.with("y.name ILIKE {} ESCAPE '\\'", like(text));
    }
    if let Some(slug) = &filter.slug {
        all.any("y.slug", slug.any_.as_ref());
    }
}

fn schemas(outer: &mut Conditions<'_>, filter: &BlockSchemaFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.block_type_id {
            all.any("z.block_type_id", id.any_.as_ref());
        }
        if let Some(capabilities) = &filter.block_capabilities {
            let each = capabilities.all_.as_ref();
            all.tags("z.capabilities", filter.operator, each, None, None);
        }
        if let Some(id) = &filter.id {
            all.any("z.id", id.any_.as_ref());
        }
        if let Some(version) = &filter.version {
            all.any("z.version", version.any_.as_ref());
        }
    });
}

fn documents(outer: &mut Conditions<'_>, filter: &BlockDocumentFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.any("b.id", id.any_.as_ref());
        }
        if let Some(wanted) = filter.is_anonymous.as_ref().and_then(|it| it.eq_) {
            all.with("b.is_anonymous = {}", wanted);
        }
        if let Some(id) = &filter.block_type_id {
            all.any("b.block_type_id", id.any_.as_ref());
        }
        if let Some(name) = &filter.name {
            all.name("b.name", name);
        }
    });
}
