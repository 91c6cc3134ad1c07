"""The nouns of the core, one file each."""

from helpdesk.models.conversations import (
    ACTIVE_STATES,
    TRANSITIONS,
    Conversation,
    ConversationEvent,
    State,
)
from helpdesk.models.customers import Customer, CustomerIdentity
from helpdesk.models.delivery import (
    Delivery,
    DeliveryState,
    Heartbeat,
    InboundEvent,
    InboundState,
    ParkedReceipt,
)
from helpdesk.models.drafts import Draft, DraftMode, ScheduledReply, ScheduledState
from helpdesk.models.inboxes import Inbox, InboxHealth, new_key
from helpdesk.models.leads import Lead, LeadStatus, Order
from helpdesk.models.ledger import LedgerLine
from helpdesk.models.messages import Attachment, Direction, Message, Visibility
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
from helpdesk.models.promises import BusinessHours, SLAClock, SLAPolicy, Timer
from helpdesk.models.rush import MOST_MORE, Relief, ReliefKind, Rush
from helpdesk.models.surveys import Rating
from helpdesk.models.templates import Template
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
    "TRANSITIONS",
    "Agent",
    "AgentLanguage",
    "AgentSkill",
    "Answered",
    "Attachment",
    "BusinessHours",
    "CapacityProfile",
    "Conversation",
    "ConversationEvent",
    "Customer",
    "CustomerIdentity",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Draft",
    "DraftMode",
    "Heartbeat",
    "InboundEvent",
    "InboundState",
    "Inbox",
    "InboxHealth",
    "Lead",
    "LeadStatus",
    "LedgerLine",
    "Message",
    "Offer",
    "Order",
    "ParkedReceipt",
    "Presence",
    "Priority",
    "Queue",
    "QueueSkill",
    "Rating",
    "Relief",
    "ReliefKind",
    "Role",
    "Rush",
    "SLAClock",
    "SLAPolicy",
    "ScheduledReply",
    "ScheduledState",
    "Skill",
    "State",
    "Strategy",
    "Team",
    "TeamMembership",
    "Template",
    "Timer",
    "Visibility",
    "WorkItem",
    "WorkState",
    "new_key",
]
