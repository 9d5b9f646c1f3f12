//! Block types.

use milliways_model::names::{check_object_name, is_slug};
use milliways_model::{
    BlockType, BlockTypeCreate, BlockTypeId, BlockTypeUpdate, WorkspaceId, uuid7,
};
use serde::Serialize;

use super::{Scope, draw};
use crate::blocks::system;
use crate::db::{DbError, Tx};
use crate::error::StoreError;
use crate::filter::{BlockFilters, Page};
use crate::lifecycle::{self, Action, Subject};
use crate::tables::block_type;

/// The longest texts and addresses of a block type, in bytes.
const MAX_TEXT: usize = 64 << 10;

impl Scope {
    /// Makes a block type; none where there is one of that slug.
    pub async fn create_block_type(
        &self,
        create: BlockTypeCreate,
    ) -> Result<Option<BlockType>, StoreError> {
        check(&create)?;
        self.write(async move |tx, workspace| {
            let made = BlockType {
                id: BlockTypeId(uuid7(tx.now, draw())),
                created: Some(tx.now),
                updated: Some(tx.now),
                name: create.name.clone(),
                slug: create.slug.clone(),
                logo_url: create.logo_url.clone(),
                documentation_url: create.documentation_url.clone(),
                description: create.description.as_deref().map(escaped),
                code_example: create.code_example.as_deref().map(escaped),
                is_protected: false,
            };
            if !block_type::insert(tx, workspace, &made).await? {
                return Ok(None);
            }
            tell(tx, workspace, Action::Created, &made).await?;
            Ok(Some(made))
        })
        .await
    }

    /// A block type.
    pub async fn block_type(&self, id: BlockTypeId) -> Result<Option<BlockType>, StoreError> {
        self.read(async move |conn, workspace| Ok(block_type::by_id(conn, workspace, id).await?))
            .await
    }

    /// A block type by its slug.
    pub async fn block_type_by_slug(&self, slug: &str) -> Result<Option<BlockType>, StoreError> {
        let slug = slug.to_owned();
        self.read(async move |conn, workspace| {
            Ok(block_type::by_slug(conn, workspace, &slug).await?)
        })
        .await
    }

    /// Block types that match, by name.
    pub async fn block_types(
        &self,
        filters: BlockFilters,
        page: Page,
    ) -> Result<Vec<BlockType>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(block_type::list(conn, workspace, &filters, page).await?)
        })
        .await
    }

    /// Changes a block type; false where there is none.
    pub async fn update_block_type(
        &self,
        id: BlockTypeId,
        update: BlockTypeUpdate,
    ) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(found) = block_type::by_id(tx, workspace, id).await? else {
                return Ok(false);
            };
            let mut changed = found.clone();
            let fields = [
                (&mut changed.logo_url, &update.logo_url),
                (&mut changed.documentation_url, &update.documentation_url),
                (&mut changed.description, &update.description),
                (&mut changed.code_example, &update.code_example),
            ];
            for (field, new) in fields {
                if let Some(new) = new {
                    field.clone_from(new);
                }
            }
            // Clients send what they know of a type each time they use it.
            if unescaped(&changed) != unescaped(&found) {
                block_type::update(tx, workspace, &changed).await?;
                tell(tx, workspace, Action::Updated, &changed).await?;
            }
            Ok(true)
        })
        .await
    }

    /// Deletes a block type with its schemas and documents; false where there is none.
    pub async fn delete_block_type(&self, id: BlockTypeId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(found) = block_type::by_id(tx, workspace, id).await? else {
                return Ok(false);
            };
            if found.is_protected {
                let text = "protected block types cannot be deleted.";
                return Err(StoreError::Forbidden(text.to_owned()));
            }
            block_type::delete(tx, workspace, id).await?;
            tell(tx, workspace, Action::Deleted, &found).await?;
            Ok(true)
        })
        .await
    }

    /// Makes the built-in blocks where they are missing: the protected ones, or all of them.
    pub async fn install_system_blocks(&self, only_protected: bool) -> Result<(), StoreError> {
        self.write(async move |tx, workspace| system::install(tx, workspace, only_protected).await)
            .await
    }
}

fn check(create: &BlockTypeCreate) -> Result<(), StoreError> {
    let invalid = |location, reason: String| Err(StoreError::Invalid { location, reason });
    if let Err(flaw) = check_object_name(&create.name) {
        return Err(StoreError::Name("body.name", flaw));
    }
    if create.name.to_lowercase().starts_with("prefect") {
        let text = "Block type names beginning with 'Prefect' are reserved.";
        return Err(StoreError::Forbidden(text.to_owned()));
    }
    if !is_slug(&create.slug, false) || create.slug.is_empty() || create.slug.len() > 255 {
        let text = "Value error, Block type slug must only contain lowercase letters, numbers, and dashes.";
        return invalid("body.slug", text.to_owned());
    }
    let texts = [
        ("body.logo_url", &create.logo_url),
        ("body.documentation_url", &create.documentation_url),
        ("body.description", &create.description),
        ("body.code_example", &create.code_example),
    ];
    for (location, text) in texts {
        if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
            return invalid(
                location,
                format!("String should have at most {MAX_TEXT} bytes"),
            );
        }
    }
    Ok(())
}

/// Texts of block types are shown in pages.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn unescaped(block_type: &BlockType) -> BlockType {
    let plain = |text: &Option<String>| {
        text.as_ref().map(|text| {
            text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
        })
    };
    BlockType {
        description: plain(&block_type.description),
        code_example: plain(&block_type.code_example),
        ..block_type.clone()
    }
}

async fn tell(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    action: Action,
    block_type: &BlockType,
) -> Result<(), DbError> {
    #[derive(Serialize)]
    struct Payload<'a> {
        name: &'a str,
        slug: &'a str,
        logo_url: Option<&'a String>,
        documentation_url: Option<&'a String>,
        description: Option<&'a String>,
        code_example: Option<&'a String>,
        is_protected: bool,
    }
    let subject = Subject {
        kind: "block-type",
        id: block_type.id.0,
        name: Some(&block_type.name),
        related: Vec::new(),
    };
    let payload = Payload {
        name: &block_type.name,
        slug: &block_type.slug,
        logo_url: block_type.logo_url.as_ref(),
        documentation_url: block_type.documentation_url.as_ref(),
        description: block_type.description.as_ref(),
        code_example: block_type.code_example.as_ref(),
        is_protected: block_type.is_protected,
    };
    lifecycle::tell(tx, workspace, action, subject, &payload).await
}
