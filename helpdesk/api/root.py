"""The API alone, under its address: what the OpenAPI document is made of."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("helpdesk.api.urls"))]
