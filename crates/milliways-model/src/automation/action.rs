//! Actions: what an automation does.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Seconds;
use crate::ids::{AutomationId, BlockDocumentId, DeploymentId, WorkPoolId, WorkQueueId};
use crate::json::JsonObject;
use crate::state::StateType;

/// Where the object of an action comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ActionSource {
    /// It is the one whose id is given.
    #[default]
    Selected,
    /// It is found among the resources of the event.
    Inferred,
}

/// Declares actions on one object, and that they are told apart by `type`.
macro_rules! actions {
    (
        on { $($(#[$on_doc:meta])* $on:ident($id:ident: $id_type:ty) = $on_word:literal;)* }
        alone { $($(#[$alone_doc:meta])* $alone:ident = $alone_word:literal;)* }
        with { $($(#[$with_doc:meta])* $with:ident = $with_word:literal;)* }
    ) => {
        $(
            $(#[$on_doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            #[serde(default)]
            pub struct $on {
                /// Where the object comes from.
                #[cfg_attr(feature = "openapi", schema(inline, default = ActionSource::default))]
                pub source: ActionSource,
                /// Which one; given if and only if it is selected.
                pub $id: Option<$id_type>,
            }
        )*
        $(
            $(#[$alone_doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            pub struct $alone {}
        )*
        /// What an automation does.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(tag = "type")]
        pub enum Action {
            $($(#[$alone_doc])* #[serde(rename = $alone_word)] $alone($alone),)*
            $($(#[$on_doc])* #[serde(rename = $on_word)] $on($on),)*
            $($(#[$with_doc])* #[serde(rename = $with_word)] $with($with),)*
        }

        impl Action {
            /// The word that tells it apart.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$alone(_) => $alone_word,)*
                    $(Self::$on(_) => $on_word,)*
                    $(Self::$with(_) => $with_word,)*
                }
            }

            /// For an action on an object: where that comes from, whether its id is given, and the id's name.
            pub fn object(&self) -> Option<(ActionSource, bool, &'static str)> {
                match self {
                    $(Self::$on(it) => Some((it.source, it.$id.is_some(), stringify!($id))),)*
                    Self::RunDeployment(it) => Some((it.source, it.deployment_id.is_some(), "deployment_id")),
                    _ => None,
                }
            }

            fn read(kind: &str, value: Value) -> Option<Result<Self, serde_json::Error>> {
                Some(match kind {
                    $($alone_word => serde_json::from_value(value).map(Self::$alone),)*
                    $($on_word => serde_json::from_value(value).map(Self::$on),)*
                    $($with_word => serde_json::from_value(value).map(Self::$with),)*
                    _ => return None,
                })
            }
        }
    };
}

actions! {
    on {
        /// Pauses a deployment.
        PauseDeployment(deployment_id: DeploymentId) = "pause-deployment";
        /// Resumes a deployment.
        ResumeDeployment(deployment_id: DeploymentId) = "resume-deployment";
        /// Pauses a work queue.
        PauseWorkQueue(work_queue_id: WorkQueueId) = "pause-work-queue";
        /// Resumes a work queue.
        ResumeWorkQueue(work_queue_id: WorkQueueId) = "resume-work-queue";
        /// Pauses a work pool.
        PauseWorkPool(work_pool_id: WorkPoolId) = "pause-work-pool";
        /// Resumes a work pool.
        ResumeWorkPool(work_pool_id: WorkPoolId) = "resume-work-pool";
        /// Switches an automation off.
        PauseAutomation(automation_id: AutomationId) = "pause-automation";
        /// Switches an automation on.
        ResumeAutomation(automation_id: AutomationId) = "resume-automation";
    }
    alone {
        /// Does nothing.
        DoNothing = "do-nothing";
        /// Cancels the event's flow run.
        CancelFlowRun = "cancel-flow-run";
        /// Suspends the event's flow run.
        SuspendFlowRun = "suspend-flow-run";
        /// Resumes the event's flow run.
        ResumeFlowRun = "resume-flow-run";
        /// Deletes the event's flow run.
        DeleteFlowRun = "delete-flow-run";
    }
    with {
        /// Runs a deployment.
        RunDeployment = "run-deployment";
        /// Sets a state of the event's flow run.
        ChangeFlowRunState = "change-flow-run-state";
        /// Sends a message through a notification block.
        SendNotification = "send-notification";
        /// Calls a webhook block.
        CallWebhook = "call-webhook";
    }
}

/// Runs a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunDeployment {
    /// Where the deployment comes from.
    #[cfg_attr(feature = "openapi", schema(inline, default = ActionSource::default))]
    pub source: ActionSource,
    /// Which one; given if and only if it is selected.
    pub deployment_id: Option<DeploymentId>,
    /// Parameters, whose texts may be templates; null for the deployment's own.
    pub parameters: Option<JsonObject>,
    /// Job variables; null for the deployment's own.
    pub job_variables: Option<JsonObject>,
    /// How many seconds later it is due.
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub schedule_after: Seconds,
}

/// Sets a state of the event's flow run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeFlowRunState {
    /// The state's name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its type.
    pub state: StateType,
    /// Its message.
    #[serde(default)]
    pub message: Option<String>,
    /// Whether most rules are passed over.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub force: bool,
}

/// Sends a message through a notification block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendNotification {
    /// The block.
    pub block_document_id: BlockDocumentId,
    /// A template.
    #[serde(default = "subject")]
    #[cfg_attr(feature = "openapi", schema(default = subject))]
    pub subject: String,
    /// A template.
    pub body: String,
}

fn subject() -> String {
    "Prefect automated notification".to_owned()
}

/// Calls a webhook block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallWebhook {
    /// The block.
    pub block_document_id: BlockDocumentId,
    /// A template of the body.
    #[serde(default, deserialize_with = "text_or_object")]
    pub payload: String,
}

/// Older clients send an object for what is a template by now.
fn text_or_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        value @ Value::Object(_) => {
            serde_json::to_string_pretty(&value).map_err(serde::de::Error::custom)
        }
        _ => Err(serde::de::Error::custom("Input should be a valid string")),
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let value = Value::deserialize(deserializer)?;
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let shown: String = kind.chars().take(64).collect();
        match Self::read(&shown, value) {
            Some(action) => action.map_err(Error::custom),
            None => Err(Error::custom(format!(
                "there is no action of the type '{shown}'"
            ))),
        }
    }
}
