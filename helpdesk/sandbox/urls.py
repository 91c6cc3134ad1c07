"""Addresses of the demo, routed only when settings.DEMO is true."""

from django.urls import path

from helpdesk.sandbox import web

urlpatterns = [
    path("shop/", web.shop, name="demo-shop"),
    path("shop/order/", web.order, name="demo-order"),
    path("sandbox/", web.sandbox, name="demo-sandbox"),
    path("sandbox/send/", web.send, name="demo-send"),
    path("sandbox/feed/", web.feed, name="demo-feed"),
]
