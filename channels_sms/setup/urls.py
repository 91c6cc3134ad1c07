"""Addresses of the numbers' screens, below /settings/phone/."""

from django.urls import path

from channels_sms.setup import views

urlpatterns = [
    path("new/", views.new, name="phone-new"),
    path("<int:pk>/", views.page, name="phone-setup"),
    path("<int:pk>/test/", views.test, name="phone-test"),
]
