"""The screens on which a widget is set up: /settings/widgets/."""
