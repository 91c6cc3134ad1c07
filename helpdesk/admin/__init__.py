"""The Django admin: one module per screen, all behind `helpdesk.permissions`.

This package stays empty of imports: Django loads it together with the list of apps, before
there are models. `apps.DeskAdminConfig` imports the screens.
"""
