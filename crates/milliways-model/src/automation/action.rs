//! Actions: what an automation does.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Seconds, word};
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

/// Declares actions on one object, which is selected or inferred.
macro_rules! on_objects {
    ($($(#[$doc:meta])* $name:ident: $word:ident = $text:literal, $id:ident: $id_type:ty;)*) => {$(
        word!($word = $text);
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default)]
        pub struct $name {
            /// What tells it apart.
            pub r#type: $word,
            /// Where the object comes from.
            #[cfg_attr(feature = "openapi", schema(default = ActionSource::default))]
            pub source: ActionSource,
            /// Which one; given if and only if it is selected.
            pub $id: Option<$id_type>,
        }
    )*};
}
on_objects! {
    /// Pauses a deployment.
    PauseDeployment: PauseDeploymentWord = "pause-deployment", deployment_id: DeploymentId;
    /// Resumes a deployment.
    ResumeDeployment: ResumeDeploymentWord = "resume-deployment", deployment_id: DeploymentId;
    /// Pauses a work queue.
    PauseWorkQueue: PauseWorkQueueWord = "pause-work-queue", work_queue_id: WorkQueueId;
    /// Resumes a work queue.
    ResumeWorkQueue: ResumeWorkQueueWord = "resume-work-queue", work_queue_id: WorkQueueId;
    /// Pauses a work pool.
    PauseWorkPool: PauseWorkPoolWord = "pause-work-pool", work_pool_id: WorkPoolId;
    /// Resumes a work pool.
    ResumeWorkPool: ResumeWorkPoolWord = "resume-work-pool", work_pool_id: WorkPoolId;
    /// Switches an automation off.
    PauseAutomation: PauseAutomationWord = "pause-automation", automation_id: AutomationId;
    /// Switches an automation on.
    ResumeAutomation: ResumeAutomationWord = "resume-automation", automation_id: AutomationId;
}

/// Declares actions that need nothing but the event.
macro_rules! alone {
    ($($(#[$doc:meta])* $name:ident: $word:ident = $text:literal;)*) => {$(
        word!($word = $text);
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default)]
        pub struct $name {
            /// What tells it apart.
            pub r#type: $word,
        }
    )*};
}
alone! {
    /// Does nothing.
    DoNothing: DoNothingWord = "do-nothing";
    /// Cancels the event's flow run.
    CancelFlowRun: CancelFlowRunWord = "cancel-flow-run";
    /// Suspends the event's flow run.
    SuspendFlowRun: SuspendFlowRunWord = "suspend-flow-run";
    /// Resumes the event's flow run.
    ResumeFlowRun: ResumeFlowRunWord = "resume-flow-run";
    /// Deletes the event's flow run.
    DeleteFlowRun: DeleteFlowRunWord = "delete-flow-run";
}
word!(RunDeploymentWord = "run-deployment");
word!(ChangeFlowRunStateWord = "change-flow-run-state");
word!(SendNotificationWord = "send-notification");
word!(CallWebhookWord = "call-webhook");

macro_rules! kinds {
    ($($name:ident($word:ident)),* $(,)?) => {
        /// What an automation does.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each holds the action of its name")]
        pub enum Action {
            $($name($name)),*
        }

        impl Action {
            /// The word that tells it apart.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $word::TEXT,)*
                }
            }

            fn read(kind: &str, value: Value) -> Option<Result<Self, serde_json::Error>> {
                Some(match kind {
                    $($word::TEXT => serde_json::from_value(value).map(Self::$name),)*
                    _ => return None,
                })
            }
        }
    };
}
kinds! {
    DoNothing(DoNothingWord),
    RunDeployment(RunDeploymentWord),
    PauseDeployment(PauseDeploymentWord),
    ResumeDeployment(ResumeDeploymentWord),
    CancelFlowRun(CancelFlowRunWord),
    DeleteFlowRun(DeleteFlowRunWord),
    ChangeFlowRunState(ChangeFlowRunStateWord),
    PauseWorkQueue(PauseWorkQueueWord),
    ResumeWorkQueue(ResumeWorkQueueWord),
    SendNotification(SendNotificationWord),
    CallWebhook(CallWebhookWord),
    PauseAutomation(PauseAutomationWord),
    ResumeAutomation(ResumeAutomationWord),
    SuspendFlowRun(SuspendFlowRunWord),
    ResumeFlowRun(ResumeFlowRunWord),
    PauseWorkPool(PauseWorkPoolWord),
    ResumeWorkPool(ResumeWorkPoolWord),
}

impl Action {
    /// For an action on an object: where that comes from, whether its id is given, and the id's name.
    pub fn object(&self) -> Option<(ActionSource, bool, &'static str)> {
        Some(match self {
            Self::RunDeployment(it) => (it.source, it.deployment_id.is_some(), "deployment_id"),
            Self::PauseDeployment(it) => (it.source, it.deployment_id.is_some(), "deployment_id"),
            Self::ResumeDeployment(it) => (it.source, it.deployment_id.is_some(), "deployment_id"),
            Self::PauseWorkQueue(it) => (it.source, it.work_queue_id.is_some(), "work_queue_id"),
            Self::ResumeWorkQueue(it) => (it.source, it.work_queue_id.is_some(), "work_queue_id"),
            Self::PauseWorkPool(it) => (it.source, it.work_pool_id.is_some(), "work_pool_id"),
            Self::ResumeWorkPool(it) => (it.source, it.work_pool_id.is_some(), "work_pool_id"),
            Self::PauseAutomation(it) => (it.source, it.automation_id.is_some(), "automation_id"),
            Self::ResumeAutomation(it) => (it.source, it.automation_id.is_some(), "automation_id"),
            _ => return None,
        })
    }
}

/// Runs a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunDeployment {
    /// What tells it apart.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub r#type: RunDeploymentWord,
    /// Where the deployment comes from.
    #[cfg_attr(feature = "openapi", schema(default = ActionSource::default))]
    pub source: ActionSource,
    /// Which one; given if and only if it is selected.
    pub deployment_id: Option<DeploymentId>,
    /// Parameters, whose texts may be templates; null for the deployment's own.
    pub parameters: Option<JsonObject>,
    /// Job variables; null for the deployment's own.
    pub job_variables: Option<JsonObject>,
    /// How many seconds later it is due.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub schedule_after: Seconds,
}

/// Sets a state of the event's flow run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeFlowRunState {
    /// What tells it apart.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    #[serde(default)]
    pub r#type: ChangeFlowRunStateWord,
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
    /// What tells it apart.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    #[serde(default)]
    pub r#type: SendNotificationWord,
    /// The block.
    pub block_document_id: BlockDocumentId,
    /// A template.
    #[serde(default = "subject")]
    #[cfg_attr(feature = "openapi", schema(required = false, default = subject))]
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
    /// What tells it apart.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    #[serde(default)]
    pub r#type: CallWebhookWord,
    /// The block.
    pub block_document_id: BlockDocumentId,
    /// A template of the body.
    #[serde(default, deserialize_with = "text_or_object")]
    #[cfg_attr(feature = "openapi", schema(required = false, default = ""))]
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
