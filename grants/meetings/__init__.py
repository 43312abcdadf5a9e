"""The panel's meeting: what everyone in the room sees, what was said and agreed, and its minutes."""
