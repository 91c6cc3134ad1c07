"""The agents' workspace."""

from django.contrib.auth import views as auth
from django.urls import path
from django.views.i18n import set_language

from helpdesk.web.views import files, hooks, inbox, leads, ledger, queue

urlpatterns = [
    path("", inbox.home, name="home"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("inbox/", inbox.page, name="inbox"),
    path("inbox/c/<int:conversation_id>/", inbox.page, name="conversation"),
    path("inbox/<slug:view>/", inbox.page, name="inbox-view"),
    path("queue/", queue.page, name="queue"),
    path("leads/", leads.page, name="leads"),
    path("leads/<int:pk>/", leads.change, name="lead"),
    path("ledger/", ledger.page, name="ledger"),
    path("ledger/coverage/", ledger.coverage, name="coverage"),
    path("ledger/file/", ledger.file, name="ledger-file"),
    path("attachments/<uuid:pk>/", files.attachment, name="attachment"),
    path("messages/<uuid:pk>/original/", files.original, name="original"),
    path("hooks/<slug:provider>/<str:key>", hooks.receive, name="hook"),
]
