"""The rules of judging and sharing out, as pure functions over plain values; nothing here changes a state."""
