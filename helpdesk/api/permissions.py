"""DRF permission over the one permission module."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from helpdesk.permissions import Action, can


class Acting(BasePermission):
    """Unsafe methods need an action; `Acting.to(Action.REPLY)` makes the class."""

    action: Action | None = None

    @classmethod
    def to(cls, action: Action) -> type[Acting]:
        return type(f"Acting_{action}", (cls,), {"action": action})

    def has_permission(self, request: Request, view: Any) -> bool:
        if not getattr(request.user, "is_authenticated", False):
            return False
        if request.method in SAFE_METHODS or self.action is None:
            return True
        return can(request.user, self.action)
