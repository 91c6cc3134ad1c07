"""The agents' workspace."""

from django.contrib.auth import views as auth
from django.urls import path
from django.views.i18n import set_language

from helpdesk.web.views import (
    alerts,
    customers,
    files,
    hooks,
    inbox,
    leads,
    ledger,
    macros,
    queue,
    rules,
    templates,
    you,
)

urlpatterns = [
    path("", inbox.home, name="home"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("inbox/", inbox.page, name="inbox"),
    path("inbox/c/<int:conversation_id>/", inbox.page, name="conversation"),
    path("inbox/<slug:view>/", inbox.page, name="inbox-view"),
    path("queue/", queue.page, name="queue"),
    path("customers/", customers.page, name="customers"),
    path("customers/<int:pk>/", customers.person, name="customer"),
    path("leads/", leads.page, name="leads"),
    path("leads/<int:pk>/", leads.change, name="lead"),
    path("templates/", templates.own, name="my-templates"),
    path("ledger/", ledger.page, name="ledger"),
    path("ledger/coverage/", ledger.coverage, name="coverage"),
    path("ledger/file/", ledger.file, name="ledger-file"),
    path("you/", you.page, name="you"),
    path("faces/<str:digest>.png", you.face, name="face"),
    path("worker.js", alerts.worker, name="push-worker"),
    path("settings/rules/", rules.page, name="rules"),
    path("settings/rules/new/", rules.edit, name="rule-new"),
    path("settings/rules/<int:pk>/", rules.edit, name="rule"),
    path("settings/rules/<int:pk>/log/", rules.log, name="rule-log"),
    path("settings/rules/<int:pk>/<slug:verb>/", rules.act, name="rule-act"),
    path("settings/macros/", macros.page, name="macros"),
    path("settings/macros/new/", macros.edit, name="macro-new"),
    path("settings/macros/<int:pk>/", macros.edit, name="macro"),
    path("settings/macros/<int:pk>/<slug:verb>/", macros.act, name="macro-act"),
    path("attachments/<uuid:pk>/", files.attachment, name="attachment"),
    path("messages/<uuid:pk>/original/", files.original, name="original"),
    path("hooks/<slug:provider>/<str:key>", hooks.receive, name="hook"),
]
