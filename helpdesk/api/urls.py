"""REST API v1."""

from django.urls import path

from helpdesk.api.views import conversations as c
from helpdesk.api.views import desk, drafts, leads, rush, work

urlpatterns = [
    path("conversations/", c.ConversationList.as_view()),
    path("conversations/counts/", c.Counts.as_view()),
    path("conversations/<int:pk>/", c.ConversationDetail.as_view()),
    path("conversations/<int:pk>/events/", c.ConversationEvents.as_view()),
    path("conversations/<int:pk>/messages/", c.ConversationMessages.as_view()),
    path("conversations/<int:pk>/assign/", c.ConversationAssign.as_view()),
    path("conversations/<int:pk>/state/", c.ConversationState.as_view()),
    path("conversations/<int:pk>/read/", c.ConversationRead.as_view()),
    path("conversations/<int:pk>/draft/", drafts.DraftKept.as_view()),
    path("conversations/<int:pk>/scheduled/", drafts.ScheduledReplies.as_view()),
    path("conversations/<int:pk>/ways/", drafts.Ways.as_view()),
    path("scheduled/<int:pk>/cancel/", drafts.ScheduledCancel.as_view()),
    path("scheduled/<int:pk>/send/", drafts.ScheduledSend.as_view()),
    path("preferences/", drafts.Preferences.as_view()),
    path("conversations/<int:pk>/beside/", leads.ConversationBeside.as_view()),
    path("messages/<uuid:pk>/retry/", c.MessageRetry.as_view()),
    path("messages/<uuid:pk>/cancel/", c.MessageCancel.as_view()),
    path("templates/", desk.TemplateList.as_view()),
    path("templates/<int:pk>/used/", desk.TemplateUsed.as_view()),
    path("presence/", work.OwnPresence.as_view()),
    path("presence/rest/", work.OwnRest.as_view()),
    path("offers/", work.Offers.as_view()),
    path("offers/<int:item>/accept/", work.OfferAccept.as_view()),
    path("offers/<int:item>/decline/", work.OfferDecline.as_view()),
    path("conversations/<int:pk>/finish/", work.WrapUpFinish.as_view()),
    path("conversations/<int:pk>/why/", work.ConversationWhy.as_view()),
    path("queue/", work.QueueNow.as_view()),
    path("queue/<int:item>/", work.QueueSteer.as_view()),
    path("queue/agents/<int:pk>/", work.AgentSteer.as_view()),
    path("rush/", rush.RushNow.as_view()),
    path("reliefs/", rush.Reliefs.as_view()),
    path("reliefs/<int:pk>/end/", rush.ReliefEnd.as_view()),
    path("attachments/", desk.Upload.as_view()),
    path("leads/", leads.LeadList.as_view()),
    path("leads/<int:pk>/", leads.LeadDetail.as_view()),
    path("leads/export.csv", leads.LeadFile.as_view(), name="leads-file"),
    path("customers/", desk.CustomerList.as_view()),
    path("search/", desk.Search.as_view()),
]
