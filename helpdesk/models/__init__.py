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
from helpdesk.models.inboxes import Inbox, InboxHealth, new_key
from helpdesk.models.leads import Lead, LeadStatus, Order
from helpdesk.models.messages import Attachment, Direction, Message, Visibility
from helpdesk.models.people import (
    Agent,
    AgentSkill,
    Presence,
    Role,
    Skill,
    Team,
    TeamMembership,
)
from helpdesk.models.surveys import Rating
from helpdesk.models.templates import Template

__all__ = [
    "ACTIVE_STATES",
    "TRANSITIONS",
    "Agent",
    "AgentSkill",
    "Attachment",
    "Conversation",
    "ConversationEvent",
    "Customer",
    "CustomerIdentity",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Heartbeat",
    "InboundEvent",
    "InboundState",
    "Inbox",
    "InboxHealth",
    "Lead",
    "LeadStatus",
    "Message",
    "Order",
    "ParkedReceipt",
    "Presence",
    "Rating",
    "Role",
    "Skill",
    "State",
    "Team",
    "TeamMembership",
    "Template",
    "Visibility",
    "new_key",
]
