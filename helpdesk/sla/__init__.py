"""What we promise and whether we keep it: business hours, clocks, policies, figures (pure)."""
