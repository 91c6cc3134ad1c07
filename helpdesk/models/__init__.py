"""The nouns of the core, one file each."""

from helpdesk.models.accounts import Invitation, Notice, RoleRule, SignIn
from helpdesk.models.address import AddressForm, Register
from helpdesk.models.alarms import AlarmWay, Certificate, Probe, Ringing
from helpdesk.models.alerts import PushKey, PushSubscription
from helpdesk.models.audit import Act, AuditEntry, AuditSeal
from helpdesk.models.calls import Call, CallState, CallWay
from helpdesk.models.changes import (
    ApprovedText,
    ChangeKind,
    Circuit,
    MessageChange,
    ReactionState,
    SentReaction,
)
from helpdesk.models.confirmations import Confirmation, FourEyes
from helpdesk.models.conversations import (
    ACTIVE_STATES,
    NEVER,
    TRANSITIONS,
    Conversation,
    ConversationEvent,
    State,
)
from helpdesk.models.customers import (
    Company,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    CustomField,
    FieldKind,
)
from helpdesk.models.delivery import (
    Delivery,
    DeliveryRecipient,
    DeliveryState,
    Heartbeat,
    InboundEvent,
    InboundState,
    ParkedReceipt,
    RecipientState,
    SendingBudget,
    SendingPace,
)
from helpdesk.models.drafts import Draft, DraftMode, ScheduledReply, ScheduledState
from helpdesk.models.faces import Face
from helpdesk.models.imports import ImportedTalk, ImportRun
from helpdesk.models.inboxes import ChannelHealth, Inbox, InboxHealth, UnknownName, new_key
from helpdesk.models.leads import Lead, LeadStatus, Order
from helpdesk.models.ledger import LedgerLine
from helpdesk.models.mentions import Mention, Watch
from helpdesk.models.messages import Attachment, Direction, Message, Missing, Visibility
from helpdesk.models.people import (
    Agent,
    AgentLanguage,
    AgentSkill,
    CapacityProfile,
    Presence,
    Role,
    Skill,
    Team,
    TeamMembership,
)
from helpdesk.models.pictures import FetchedPicture
from helpdesk.models.privacy import (
    Consent,
    DataCopy,
    Erasure,
    Kept,
    LegalHold,
    Purpose,
    Retention,
)
from helpdesk.models.promises import BusinessHours, SLAClock, SLAPolicy, Timer
from helpdesk.models.rules import Macro, Outcome, Rule, RuleFiring, RuleRun
from helpdesk.models.rush import MOST_MORE, Relief, ReliefKind, Rush
from helpdesk.models.spelling import OwnWord
from helpdesk.models.suppression import AutomaticTally, SuppressedAddress, SuppressionReason
from helpdesk.models.surveys import Rating
from helpdesk.models.tags import Tag, Tint
from helpdesk.models.tasks import Task
from helpdesk.models.templates import (
    Band,
    Template,
    TemplateFile,
    TemplateState,
    TemplateUse,
    TemplateVariant,
)
from helpdesk.models.tokens import ApiToken, IdempotencyKey, Scope
from helpdesk.models.views import SavedView, Shared, ViewOrder
from helpdesk.models.weaving import ConversationLink, ConversationMerge
from helpdesk.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookState
from helpdesk.models.work import (
    HELD,
    Answered,
    Offer,
    Priority,
    Queue,
    QueueSkill,
    Strategy,
    WorkItem,
    WorkState,
)

__all__ = [
    "ACTIVE_STATES",
    "HELD",
    "MOST_MORE",
    "NEVER",
    "TRANSITIONS",
    "Act",
    "AddressForm",
    "Agent",
    "AgentLanguage",
    "AgentSkill",
    "AlarmWay",
    "Answered",
    "ApiToken",
    "ApprovedText",
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "AutomaticTally",
    "Band",
    "BusinessHours",
    "Call",
    "CallState",
    "CallWay",
    "CapacityProfile",
    "Certificate",
    "ChangeKind",
    "ChannelHealth",
    "Circuit",
    "Company",
    "Confirmation",
    "Consent",
    "Conversation",
    "ConversationEvent",
    "ConversationLink",
    "ConversationMerge",
    "CustomField",
    "Customer",
    "CustomerIdentity",
    "CustomerMerge",
    "DataCopy",
    "Delivery",
    "DeliveryRecipient",
    "DeliveryState",
    "Direction",
    "Draft",
    "DraftMode",
    "Erasure",
    "Face",
    "FetchedPicture",
    "FieldKind",
    "FourEyes",
    "Heartbeat",
    "IdempotencyKey",
    "ImportRun",
    "ImportedTalk",
    "InboundEvent",
    "InboundState",
    "Inbox",
    "InboxHealth",
    "Invitation",
    "Kept",
    "Lead",
    "LeadStatus",
    "LedgerLine",
    "LegalHold",
    "Macro",
    "Mention",
    "Message",
    "MessageChange",
    "Missing",
    "Notice",
    "Offer",
    "Order",
    "Outcome",
    "OwnWord",
    "ParkedReceipt",
    "Presence",
    "Priority",
    "Probe",
    "Purpose",
    "PushKey",
    "PushSubscription",
    "Queue",
    "QueueSkill",
    "Rating",
    "ReactionState",
    "RecipientState",
    "Register",
    "Relief",
    "ReliefKind",
    "Retention",
    "Ringing",
    "Role",
    "RoleRule",
    "Rule",
    "RuleFiring",
    "RuleRun",
    "Rush",
    "SLAClock",
    "SLAPolicy",
    "SavedView",
    "ScheduledReply",
    "ScheduledState",
    "Scope",
    "SendingBudget",
    "SendingPace",
    "SentReaction",
    "Shared",
    "SignIn",
    "Skill",
    "State",
    "Strategy",
    "SuppressedAddress",
    "SuppressionReason",
    "Tag",
    "Task",
    "Team",
    "TeamMembership",
    "Template",
    "TemplateFile",
    "TemplateState",
    "TemplateUse",
    "TemplateVariant",
    "Timer",
    "Tint",
    "UnknownName",
    "ViewOrder",
    "Visibility",
    "Watch",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookState",
    "WorkItem",
    "WorkState",
    "new_key",
]
