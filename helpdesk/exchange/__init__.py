"""Moving in and out: other helpdesks' exports, lists of customers, everything as JSON lines."""
