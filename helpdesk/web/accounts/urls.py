"""The addresses of allauth that we have: its names, without sign-up and changes of the address."""

from collections.abc import Iterator, Sequence

from allauth.account import views as account
from allauth.mfa import urls as second_factor
from allauth.socialaccount import views as elsewhere
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from helpdesk.web import step_up
from helpdesk.web.views import sign_in, sign_ins

# Where somebody signs in or proves who they are, and what only shows.
_UNPROVED = frozenset(
    {
        *("mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_list_webauthn"),
        *("mfa_login_webauthn", "mfa_reauthenticate_webauthn"),
    }
)


def _proved(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    """The library's pages behind our own question: it lets pass who signs in by a provider."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield URLResolver(one.pattern, list(_proved(one.url_patterns)))
        elif one.name in _UNPROVED:
            yield one
        else:
            view = login_required(step_up.required(one.callback))
            yield URLPattern(one.pattern, view, one.default_args, one.name)


urlpatterns = [
    path("login/", sign_in.page, name="login"),
    path("login/", sign_in.page, name="account_login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("logout/", LogoutView.as_view(), name="account_logout"),
    path("account/", sign_ins.page, name="sign-ins"),
    path("account/<int:pk>/end/", sign_ins.end, name="sign-in-end"),
    path("account/others/end/", sign_ins.end_others, name="sign-ins-end"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/prove/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path(
        "account/password/set/",
        login_required(step_up.required(account.password_set)),
        name="account_set_password",
    ),
    path("account/forgotten/", account.password_reset, name="account_reset_password"),
    path(
        "account/forgotten/sent/", account.password_reset_done, name="account_reset_password_done"
    ),
    re_path(
        r"^account/new-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        method_decorator(never_cache, name="dispatch")(account.PasswordResetFromKeyView).as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "account/new-password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/second-factor/", include(list(_proved(second_factor.urlpatterns)))),
    path("account/elsewhere/", elsewhere.connections, name="socialaccount_connections"),
    path(
        "account/elsewhere/cancelled/",
        elsewhere.login_cancelled,
        name="socialaccount_login_cancelled",
    ),
    path("account/elsewhere/error/", elsewhere.login_error, name="socialaccount_login_error"),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
