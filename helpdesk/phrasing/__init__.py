"""Pure engines behind the templates: their language, the choice of a variant, the edit measure."""
